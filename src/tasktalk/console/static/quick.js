// Quick add shows what is understood while one writes; a chip pressed turns its words back into text.
const form = document.querySelector("form.quick");
const field = document.getElementById("quick");
const WAIT = 120; // milliseconds without a key
let timer = 0;
let asking = null;
let marked = ""; // the text that the marks were drawn for

const part = (id) => document.getElementById(id);

function keep(name, value) {
  const input = document.createElement("input");
  Object.assign(input, { type: "hidden", name, value });
  part("quick-chips").append(input);
}

function clear() {
  clearTimeout(timer);
  asking?.abort();
  marked = "";
  part("quick-marks").replaceChildren();
  part("quick-chips").replaceChildren();
}

function follow() {
  part("quick-marks").scrollLeft = field.scrollLeft;
}

async function look() {
  clearTimeout(timer);
  asking?.abort();
  if (!field.value.trim()) return clear();
  const mine = (asking = new AbortController());
  const body = new URLSearchParams(new FormData(form));
  const text = field.value;
  try {
    const answer = await fetch("/quick", { method: "POST", body, signal: mine.signal });
    if (!answer.ok || answer.redirected) return clear();
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (mine.signal.aborted) return;
    for (const id of ["quick-marks", "quick-chips"]) part(id).replaceWith(document.adoptNode(fresh.getElementById(id)));
    // The server does not see the spaces that the line begins with.
    part("quick-marks").prepend(text.slice(0, text.length - text.trimStart().length));
    marked = text;
    follow();
  } catch (error) {
    if (error.name !== "AbortError") clear(); // away: the line can be sent all the same
  }
}

field.addEventListener("input", () => {
  if (!field.value.startsWith(marked)) part("quick-marks").replaceChildren(); // they would lie beside their words
  clearTimeout(timer);
  timer = setTimeout(look, WAIT);
});
field.addEventListener("scroll", follow);
form.addEventListener("reset", clear);
form.addEventListener("click", ({ target }) => {
  const chip = target.closest(".chip");
  if (!chip?.type) return;
  const { unread, read, literal } = chip.dataset;
  if (unread !== undefined) keep("unread", unread);
  if (literal !== undefined) keep("literal", "on");
  if (read !== undefined) {
    for (const input of form.querySelectorAll('[name="unread"], [name="literal"]')) {
      if (input.value === read || input.name === "literal") input.remove();
    }
  }
  field.focus();
  look();
});
if (field.value) look(); // what the browser kept
