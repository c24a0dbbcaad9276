// The keyboard: one letter does what a click does, never while somebody writes. What there is stands at /shortcuts.
const PLACES = {
  t: "/",
  u: "/tasks?view=upcoming",
  i: "/tasks?view=inbox",
  a: "/tasks?view=all",
  d: "/tasks?view=done",
  f: "/find",
  s: "/account",
};
const CHORD_MS = 1500;
let leader = -CHORD_MS;
let last = -1; // where in the list somebody was when their task went

const rows = () => [...document.querySelectorAll("[data-task]")].filter((row) => row.offsetParent !== null);
const current = () => document.activeElement?.closest("[data-task]");

function step(by) {
  const all = rows();
  const own = current();
  const at = own ? all.indexOf(own) + by : by > 0 ? last + 1 : Math.max(0, last);
  const row = all[Math.max(0, Math.min(all.length - 1, at))];
  row?.querySelector(".task-title").focus({ preventScroll: true });
  row?.scrollIntoView({ block: "nearest" });
  last = all.indexOf(row);
}

const acts = {
  j: () => step(1),
  k: () => step(-1),
  x: () => current()?.querySelector(".pick input")?.click(),
  e: () => current()?.querySelector(".task-title").click(),
  c: () => {
    last = rows().indexOf(current()) - 1;
    current()?.querySelector(".tick").click();
  },
  q: () => (document.getElementById("quick") ? focus("quick") : location.assign("/?add")),
  n: () => acts.q(),
  "/": () => (location.pathname === "/find" ? focus("quick") : location.assign("/find")),
  "?": () => help().catch(() => location.assign("/shortcuts")),
};

// The bar goes with the selection: who was in it is back where they began to select.
function selectNothing() {
  const [bulk, first] = [document.querySelector("#content .bulk"), document.querySelector(".pick :checked")];
  const inside = bulk?.contains(document.activeElement);
  bulk?.reset();
  if (inside) first?.focus({ preventScroll: true });
}

function focus(id) {
  document.getElementById(id)?.focus();
}

// The page with the shortcuts, as a sheet over this one.
async function help() {
  if (document.getElementById("shortcuts")) return;
  const answer = await fetch("/shortcuts");
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const sheet = document.createElement("dialog");
  sheet.className = "sheet-dialog";
  const head = document.createElement("div");
  head.className = "card-head";
  const title = document.createElement("h2");
  title.textContent = page.querySelector("h1").textContent;
  title.id = "sheet-title";
  sheet.setAttribute("aria-labelledby", title.id);
  const keys = document.adoptNode(page.getElementById("shortcuts"));
  const close = document.createElement("button");
  close.className = "button slim";
  close.textContent = keys.dataset.close;
  close.addEventListener("click", () => sheet.close());
  head.append(title, close);
  sheet.append(head, keys);
  document.body.append(sheet);
  sheet.addEventListener("close", () => sheet.remove());
  sheet.addEventListener("click", ({ target }) => target === sheet && sheet.close());
  sheet.showModal();
}

document.addEventListener("keydown", (event) => {
  const writing = event.target.matches("input:not([type=checkbox]), textarea, select, [contenteditable]");
  if (event.ctrlKey || event.metaKey || event.altKey || document.body.matches(".dragging")) return;
  if (event.key === "Escape" && !writing && !event.defaultPrevented) selectNothing();
  if (writing || document.querySelector("dialog[open]")) return;
  const chord = event.timeStamp - leader < CHORD_MS;
  leader = event.key === "g" && !chord ? event.timeStamp : -CHORD_MS;
  const act = chord ? PLACES[event.key] && (() => location.assign(PLACES[event.key])) : acts[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-shortcuts]") || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  help().catch(() => location.assign("/shortcuts"));
});

if (location.search === "?add") focus("quick");

// How many are selected; the bar itself is shown by the style sheet.
function picked() {
  const count = document.querySelector(".bulk-count");
  const number = document.querySelectorAll(".pick :checked").length;
  if (count && number) count.textContent = count.dataset.picked.replace("{number}", number);
}

let anchor = null;
document.addEventListener("click", ({ target, shiftKey }) => {
  if (!target.matches(".pick input")) return;
  const boxes = [...document.querySelectorAll(".pick input")];
  const [from, to] = [boxes.indexOf(anchor), boxes.indexOf(target)].sort((a, b) => a - b);
  if (shiftKey && from >= 0) for (const box of boxes.slice(from, to)) box.checked = target.checked;
  anchor = target;
  picked();
});
document.addEventListener("change", picked);
document.addEventListener("picked", picked);
