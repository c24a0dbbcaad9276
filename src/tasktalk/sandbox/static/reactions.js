// The small menu of reactions over a message.
import { h, icon } from "./dom.js";

const EMOJI = [
  ["👍", "Thumbs up"],
  ["✅", "Done"],
  ["⏰", "Snooze"],
  ["❌", "Drop"],
];

let dismiss = () => {};

/** Opens the menu on a row. `pick(emoji)` gets the choice, "" to take the reaction away. */
export function openReactions(row, { current, opener, pick }) {
  dismiss();
  const choose = (emoji) => {
    dismiss();
    pick(emoji);
  };
  const items = EMOJI.map(([emoji, name]) =>
    h("button", { type: "button", role: "menuitemradio", "aria-checked": String(emoji === current), "aria-label": name, title: name, onclick: () => choose(emoji === current ? "" : emoji) }, emoji),
  );
  if (current) items.push(h("button", { type: "button", role: "menuitem", "aria-label": "Remove reaction", title: "Remove reaction", onclick: () => choose("") }, icon("close")));
  const menu = h("div", { class: "reaction-menu", role: "menu", "aria-label": "React" }, items);

  const outside = (event) => {
    if (!menu.contains(event.target)) dismiss();
  };
  dismiss = () => {
    menu.remove();
    row.classList.remove("reacting");
    document.removeEventListener("pointerdown", outside);
    dismiss = () => {};
    opener?.focus({ preventScroll: true });
  };
  menu.addEventListener("keydown", (event) => {
    const at = items.indexOf(document.activeElement);
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) items.at((at + step) % items.length).focus();
    if (event.key === "Escape") dismiss();
    if (step || event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
    }
    if (event.key === "Tab") dismiss();
  });
  row.classList.add("reacting");
  const line = row.querySelector(".line");
  const room = line.getBoundingClientRect().top - row.parentElement.getBoundingClientRect().top;
  menu.classList.toggle("below", room < 60);
  line.append(menu);
  items[0].focus({ preventScroll: true });
  document.addEventListener("pointerdown", outside);
}
