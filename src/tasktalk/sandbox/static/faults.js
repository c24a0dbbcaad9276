// The drawer of things that can go wrong on Meta's side.
import { clearFaults, getFaults, setFaults } from "./api.js";
import { byId, h } from "./dom.js";

const SWITCHES = [
  { title: "Slow network", note: "Every answer takes two seconds", on: { latency_ms: 2000 }, off: { latency_ms: 0 } },
  { title: "Lost responses", note: "One in three: done, but the answer never arrives", on: { lost_response: 0.34 }, off: { lost_response: 0 } },
  { title: "Error 130429", note: "One send in two is over the throughput limit", on: { error: 130429, rate: 0.5 }, off: { error: null, rate: null } },
  { title: "Duplicates", note: "Every delivery comes twice", on: { duplicates: 1 }, off: { duplicates: 0 } },
  { title: "Token expired", note: "Error 190 until a new token is set", on: { token_expired: true }, off: { token_expired: false } },
  { title: "Username only", note: "People without a visible phone number", on: { username_only: true }, off: { username_only: false } },
];

const isOn = (state, { on }) => Object.entries(on).every(([key, value]) => state[key] === value);

/** Wires the drawer and the buttons that open it. */
export function wireFaults() {
  const drawer = byId("faults");
  const note = byId("fault-note");

  async function attempt(work, done) {
    try {
      await work();
      note.textContent = done;
    } catch (error) {
      note.textContent = error.message;
    }
    await paint();
  }

  function control(fault, on) {
    const box = h("input", { type: "checkbox", role: "switch", checked: on });
    box.addEventListener("change", () => {
      const wanted = box.checked;
      attempt(() => setFaults(wanted ? fault.on : fault.off), `${fault.title} is ${wanted ? "on" : "off"}`);
    });
    return h("label", { class: "switch" }, h("span", {}, h("strong", {}, fault.title), h("small", {}, fault.note)), box);
  }

  async function paint() {
    const state = await getFaults().catch(() => ({}));
    const on = SWITCHES.map((fault) => isOn(state.faults ?? state, fault));
    const focused = [...drawer.querySelectorAll(".switch input")].indexOf(document.activeElement);
    byId("fault-list").replaceChildren(...SWITCHES.map((fault, at) => control(fault, on[at])));
    if (focused >= 0) drawer.querySelectorAll(".switch input")[focused].focus();
    byId("open-faults").classList.toggle("alarmed", on.some(Boolean));
  }

  const open = () => {
    note.textContent = "";
    paint();
    drawer.showModal();
  };
  byId("open-faults").addEventListener("click", open);
  for (const opener of document.querySelectorAll("[data-opens=faults]")) opener.addEventListener("click", open);
  byId("clear-faults").addEventListener("click", () => attempt(clearFaults, "Nothing goes wrong any more"));
  drawer.addEventListener("click", (event) => {
    if (event.target === drawer) drawer.close();
  });
  paint();
}
