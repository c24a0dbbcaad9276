// Cards are dragged by mouse, by a finger held on them, and by keyboard; on a drop a form is sent, as without us.
// [data-card] can be picked up, [data-drop] takes it in; where that is [data-ordered], what lies above it counts.
const form = document.getElementById("drop");
const says = document.getElementById("drag-says");
const LONG_PRESS_MS = 350;
const SLACK = 6; // pixels
const EDGE = 48;

let press = null; // a pointer is down on a card
let held = null; // { card, slot, ghost, dx, dy, x, y }
let dropped = null; // what was drawn before the server has said yes
let quiet = false; // the click at the end of a drag is none

const lists = () => [...document.querySelectorAll("[data-drop]")].filter((list) => list.offsetParent !== null);
const cards = (list) => [...list.querySelectorAll(":scope > [data-card]")].filter((card) => card !== held?.card);
const titleOf = (card) => card.querySelector(".task-title").textContent;

function tell(name, values) {
  says.textContent = Object.entries(values).reduce((text, [key, value]) => text.replace(`{${key}}`, value), says.dataset[name]);
}

function behind(list, element) {
  return cards(list).filter((card) => card.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING).at(-1);
}

function where() {
  const list = held.slot.parentElement;
  if (!("ordered" in list.dataset)) return list.dataset.name;
  const [all, above] = [cards(list), behind(list, held.slot)];
  const values = { list: list.dataset.name, place: all.indexOf(above) + 2, all: all.length + 1 };
  return Object.entries(values).reduce((text, [key, value]) => text.replace(`{${key}}`, value), says.dataset.place);
}

function lift(card, pointer) {
  const slot = document.createElement("li");
  slot.className = "slot";
  slot.textContent = titleOf(card);
  card.after(slot);
  card.classList.add("is-held");
  document.body.classList.add("dragging");
  held = { card, slot, pointer };
  if (pointer) {
    const box = card.getBoundingClientRect();
    const ghost = card.cloneNode(true);
    for (const each of [ghost, ...ghost.querySelectorAll("[id]")]) each.removeAttribute("id");
    ghost.classList.replace("is-held", "ghost");
    ghost.setAttribute("aria-hidden", "true");
    ghost.style.width = `${box.width}px`;
    document.body.append(ghost);
    Object.assign(held, { ghost, dx: pointer.x - box.left, dy: pointer.y - box.top, x: pointer.x, y: pointer.y });
    follow();
    requestAnimationFrame(scroll);
  }
  tell("picked", { title: titleOf(card), where: where() });
}

function follow() {
  held.ghost.style.transform = `translate(${held.x - held.dx}px, ${held.y - held.dy}px)`;
  const under = document.elementFromPoint(held.x, held.y);
  const list = under?.closest("[data-drop]") ?? under?.closest(".column, .day, .tray")?.querySelector("[data-drop]");
  if (!list) return;
  const next = "ordered" in list.dataset ? cards(list).find((card) => held.y < middle(card)) : null;
  if (list.contains(held.slot) && (!("ordered" in list.dataset) || behind(list, held.slot) === behindOf(list, next))) return;
  list.insertBefore(held.slot, next ?? null);
}

function behindOf(list, next) {
  const all = cards(list);
  return next ? all[all.indexOf(next) - 1] : all.at(-1);
}

function middle(card) {
  const box = card.getBoundingClientRect();
  return box.top + box.height / 2;
}

// Near an edge of the board or the window, that moves on under the card.
function scroll() {
  if (!held?.ghost) return;
  const board = held.slot.closest(".board")?.getBoundingClientRect();
  if (board) {
    const right = Math.min(board.right, innerWidth);
    const by = held.x > right - EDGE ? 12 : held.x < Math.max(board.left, 0) + EDGE ? -12 : 0;
    if (by) held.slot.closest(".board").scrollBy(by, 0);
  }
  const by = held.y > innerHeight - EDGE ? 10 : held.y < EDGE ? -10 : 0;
  if (by) scrollBy(0, by);
  follow();
  requestAnimationFrame(scroll);
}

function end() {
  const { card, slot, ghost } = held;
  ghost?.remove();
  slot.remove();
  card.classList.remove("is-held");
  document.body.classList.remove("dragging");
  held = null;
  release();
}

function release() {
  press = null;
  document.body.classList.remove("pressing");
  document.dispatchEvent(new Event("idle"));
}

function cancel() {
  const { card } = held;
  end();
  tell("back", { title: titleOf(card) });
}

function drop() {
  const { card, slot } = held;
  const [list, home] = [slot.parentElement, card.parentElement];
  const ordered = "ordered" in list.dataset;
  const above = behind(list, slot);
  if (list === home && (!ordered || above === behind(home, card))) return cancel();
  const said = where();
  dropped = { card, home, next: card.nextElementSibling === slot ? slot.nextElementSibling : card.nextElementSibling };
  const focused = card.contains(document.activeElement) ? document.activeElement : null;
  slot.replaceWith(card);
  end();
  focused?.focus({ preventScroll: true });
  tell("dropped", { title: titleOf(card), where: said });
  form.elements.task.value = card.dataset.card;
  form.elements.to.value = list.dataset.drop;
  form.elements.after.value = above?.dataset.card ?? (ordered ? "first" : "");
  form.requestSubmit();
}

form.addEventListener("failed", () => dropped?.home.insertBefore(dropped.card, dropped.next));

document.addEventListener("pointerdown", (event) => {
  quiet = false;
  const card = event.target.closest("[data-card]");
  if (!card || held || event.button !== 0 || event.target.closest("button, summary, form")) return;
  const now = { card, x: event.clientX, y: event.clientY, id: event.pointerId, touch: event.pointerType !== "mouse" };
  press = now;
  document.body.classList.add("pressing"); // the page is not drawn anew under a card that is about to be lifted
  if (now.touch) setTimeout(() => press === now && !held && lift(card, now), LONG_PRESS_MS);
});

document.addEventListener("pointermove", (event) => {
  if (!press || event.pointerId !== press.id) return;
  if (!held) {
    if (Math.hypot(event.clientX - press.x, event.clientY - press.y) < SLACK) return;
    if (press.touch) return release(); // a finger that moves at once scrolls
    lift(press.card, press);
  }
  held.x = event.clientX;
  held.y = event.clientY;
  follow();
});

document.addEventListener("pointerup", (event) => {
  if (press && event.pointerId === press.id && held?.ghost) {
    quiet = true;
    drop();
  } else if (press) release();
});

document.addEventListener("pointercancel", () => {
  if (held?.ghost) cancel();
  else if (press) release();
});

document.addEventListener("touchmove", (event) => held && event.preventDefault(), { passive: false });
document.addEventListener("contextmenu", (event) => press?.touch && event.preventDefault());
document.addEventListener("dragstart", (event) => event.target.closest?.("[data-card]") && event.preventDefault());
document.addEventListener("click", (event) => {
  if (!quiet) return;
  quiet = false;
  event.preventDefault();
  event.stopPropagation();
}, true);

document.addEventListener("keydown", (event) => {
  if (!held) {
    const card = event.target.closest?.("[data-card]");
    if (event.key !== " " || !card || !event.target.matches(".task-title")) return;
    event.preventDefault();
    return lift(card, null);
  }
  const acts = { Enter: drop, " ": drop, Escape: cancel, Tab: cancel };
  const act = acts[event.key] ?? (event.key.startsWith("Arrow") ? () => step(event.key) : null);
  if (!act || (held.ghost && event.key !== "Escape")) return;
  if (event.key !== "Tab") event.preventDefault();
  event.stopImmediatePropagation();
  act();
}, true);

// On a board up and down is within a list, left and right from one to the next; on a calendar they are days and weeks.
function step(key) {
  const [all, list] = [lists(), held.slot.parentElement];
  const sign = key === "ArrowLeft" || key === "ArrowUp" ? -1 : 1;
  const across = key === "ArrowUp" || key === "ArrowDown";
  if ("ordered" in list.dataset && across) {
    const place = cards(list).indexOf(behind(list, held.slot)) + 1 + sign;
    if (place < 0 || place > cards(list).length) return;
    list.insertBefore(held.slot, cards(list)[place] ?? null);
  } else {
    const weeks = across && all.length > 8;
    const next = all[Math.max(0, Math.min(all.length - 1, all.indexOf(list) + sign * (weeks ? 7 : 1)))];
    const place = cards(list).indexOf(behind(list, held.slot)) + 1;
    next.insertBefore(held.slot, "ordered" in next.dataset ? (cards(next)[place] ?? null) : null);
  }
  held.slot.scrollIntoView({ block: "nearest", inline: "nearest" });
  tell("picked", { title: titleOf(held.card), where: where() });
}

document.addEventListener("focusin", ({ target }) => {
  if (target.matches("[data-card] .task-title")) target.setAttribute("aria-describedby", "drag-help");
});
