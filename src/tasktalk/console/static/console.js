// What the pages gain over plain forms: they change in place, hear of changes elsewhere, and answer the keyboard.
const swapped = ["content", "side", "toasts"];
const MENUS = ":is(#content :is(.menu, .sure, .bulk details), .bar details)[open]"; // somebody is about to choose

function take(html) {
  return new DOMParser().parseFromString(html, "text/html");
}

// The page as the server has it now. Forms in hand are outside of what is swapped, or keep it from being swapped.
// `keep`: what is selected stays so.
function show(fresh, parts = swapped, keep = false) {
  document.documentElement.dataset.theme = fresh.documentElement.dataset.theme;
  document.title = fresh.title;
  const [active, within] = [document.activeElement, "button, a, input, summary"];
  const held = active?.closest("[id]")?.id;
  const place = held ? [...document.getElementById(held).querySelectorAll(within)].indexOf(active) : -1;
  const tasks = () => [...document.querySelectorAll("[data-task]")];
  const row = tasks().indexOf(active?.closest("[data-task]"));
  const picked = [...document.querySelectorAll("#content [data-keep]:checked")].map(({ value }) => value);
  for (const id of parts) {
    const [old, next] = [document.getElementById(id), fresh.getElementById(id)];
    if (!old || !next || old.innerHTML === next.innerHTML) continue;
    const scrolled = old.querySelector("[data-scrolls]")?.scrollLeft;
    old.replaceWith(document.adoptNode(next));
    if (scrolled) next.querySelector("[data-scrolls]")?.scrollTo({ left: scrolled, behavior: "instant" });
  }
  if (held && !document.getElementById(held)?.contains(document.activeElement)) {
    // Where it was; in the task that came in its place; else where the page begins.
    const box = document.getElementById(held) ?? tasks()[row] ?? (row < 0 ? null : tasks().at(-1));
    const all = box?.querySelectorAll(within);
    const next = box?.matches(within) ? box : (all?.[place] ?? all?.[0] ?? document.getElementById("main"));
    next?.focus({ preventScroll: true });
  }
  if (keep) for (const box of document.querySelectorAll("#content [data-keep]")) box.checked = picked.includes(box.value);
  document.dispatchEvent(new Event("picked"));
  ready();
}

async function refresh() {
  if (busy() || document.hidden) return void (stale = true);
  stale = false;
  const answer = await fetch(location.href, { headers: { "X-Live": "1" } });
  if (answer.redirected) return location.reload(); // the session is over
  if (!answer.ok) return;
  const fresh = take(await answer.text());
  if (busy()) return void (stale = true);
  show(fresh, ["content", "side"], true);
}

// Somebody is writing where the page would change under their hands.
function busy() {
  const active = document.activeElement;
  if (sending > 0 || document.body.matches(".dragging, .pressing") || document.querySelector(MENUS)) return true;
  return active?.matches("input:not([type=checkbox]), textarea, select") && active.closest("#content") !== null;
}

let stale = false;
let sending = 0;
let timer = 0;
let ticked = -1000;

function soon() {
  clearTimeout(timer);
  timer = setTimeout(() => refresh().catch(() => (stale = true)), 250 + 500 * Math.random());
}

function listen() {
  const wanted = (document.body.dataset.live ?? "").split(" ").filter(Boolean);
  if (!wanted.length || !window.EventSource) return;
  const stream = new EventSource("/live");
  let met = false;
  stream.onmessage = ({ data }) => (wanted.includes(data) ? soon() : undefined);
  stream.onopen = () => {
    if (met) soon(); // what changed while we were away was not heard
    met = true;
  };
  addEventListener("pagehide", () => stream.close());
  addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
}

document.addEventListener("visibilitychange", () => !document.hidden && stale && soon());
for (const name of ["focusout", "toggle", "idle"]) document.addEventListener(name, () => stale && soon(), true);

// Forms that only change something are sent quietly; the page that the server leads to is shown in place.
document.addEventListener("submit", async (event) => {
  const { target: form, submitter } = event;
  if (!form.matches("[data-quiet], [data-quick]") || submitter?.matches("[data-leave]")) return;
  event.preventDefault();
  // A second click of a double click meets the task that moved up: it is not meant.
  if (submitter?.matches(".tick") && performance.now() - ticked < 400) return;
  const address = submitter?.getAttribute("formaction") ?? form.getAttribute("action");
  const body = new URLSearchParams(new FormData(form));
  if (submitter?.name) body.append(submitter.name, submitter.value);
  const undo = foresee(submitter, form);
  if (submitter?.matches(".tick")) ticked = performance.now();
  sending += 1;
  let answer;
  let page;
  try {
    answer = await fetch(address, { method: "POST", body });
    page = take(await answer.text());
  } catch {
    return fail(document.body.dataset.lost, undo);
  } finally {
    sending -= 1;
  }
  if (!answer.ok) return fail(page.querySelector("main [role=alert], main p")?.textContent, undo);
  if (new URL(answer.url).pathname !== location.pathname) {
    sessionStorage.setItem("toasts", page.getElementById("toasts")?.innerHTML ?? ""); // the server says it only once
    return location.assign(answer.url);
  }
  if (form.matches("[data-quick]")) form.reset();
  if (submitter?.matches(".tick")) ticked = performance.now();
  show(page, swapped, page.querySelector(".toast.failed") !== null);
});

// A tick is drawn at once; the function takes it back, and so does who drew more than a tick.
function foresee(button, form) {
  const task = button?.matches(".tick") ? button.closest(".task") : null;
  task?.classList.toggle("is-done");
  return () => (task ? task.classList.toggle("is-done") : form.dispatchEvent(new Event("failed")));
}

function fail(words, undo) {
  undo();
  const toast = document.createElement("div");
  toast.className = "toast failed";
  toast.textContent = words ?? document.body.dataset.failed;
  document.getElementById("toasts").replaceChildren(toast);
}

document.addEventListener("click", async ({ target }) => {
  const copy = target.closest("[data-copy]");
  if (copy) {
    await navigator.clipboard.writeText(document.getElementById(copy.dataset.copy).textContent);
    copy.lastChild.textContent = copy.dataset.copied;
  }
  for (const menu of document.querySelectorAll(MENUS)) if (!menu.contains(target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("input, textarea, select");
  if (event.key === "Escape") {
    if (typing) event.target.blur();
    const menu = document.querySelector(MENUS);
    if (!menu) return;
    event.preventDefault();
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// Where several names stand with commas between, what is suggested goes on from those that stand there.
document.addEventListener("input", ({ target }) => {
  if (!target.matches("[data-several]")) return;
  const before = target.value.slice(0, target.value.lastIndexOf(",") + 1);
  for (const option of target.list.options) option.value = `${before}${before && " "}${(option.dataset.name ??= option.value)}`;
});

// What asks somebody else may take a while: the button says so, and is not pressed twice.
document.addEventListener("submit", ({ submitter: button, defaultPrevented }) => {
  if (!button?.dataset.sending || defaultPrevented) return;
  setTimeout(() => {
    const words = button.querySelector("span") ?? button;
    const before = words.textContent;
    words.textContent = button.dataset.sending;
    button.setAttribute("aria-busy", "true");
    const back = () => {
      words.textContent = before;
      button.removeAttribute("aria-busy");
    };
    addEventListener("pageshow", back, { once: true });
  });
});

function ready() {
  for (const button of document.querySelectorAll("[data-copy][hidden]")) button.hidden = !navigator.clipboard;
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  for (const button of document.querySelectorAll("[data-theme-switch]")) {
    // Without us, the server cannot know what "as the system" looks like here.
    const theme = document.documentElement.dataset.theme;
    button.setAttribute("formaction", `/theme/${(theme === "auto" ? dark : theme === "dark") ? "light" : "dark"}`);
  }
}

const kept = sessionStorage.getItem("toasts");
sessionStorage.removeItem("toasts");
if (kept?.trim()) document.getElementById("toasts").innerHTML = kept;
ready();
listen();
