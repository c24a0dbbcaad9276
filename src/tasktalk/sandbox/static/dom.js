// Building nodes. Data reaches the page as text nodes and attributes only; nothing here parses HTML.
import { PATHS } from "./icons.js";

const SVG = "http://www.w3.org/2000/svg";

/** An element. `on…` props are listeners, `data` fills the dataset, null and false are left out. */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "data") Object.assign(node.dataset, value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat(2).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** A decorative line drawing; the control around it carries the name. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

export function iconButton(name, label, onclick, props = {}) {
  return h("button", { type: "button", class: "icon-button", "aria-label": label, title: label, onclick, ...props }, icon(name));
}

export const byId = (id) => document.getElementById(id);

/** The colour of an avatar follows from the name, so a person looks the same everywhere. */
export function avatar(name, key = name) {
  const words = name.split(/\s+/u).filter((word) => /^\p{L}/u.test(word));
  const initials = words.length > 1 ? words[0][0] + words.at(-1)[0] : (words[0] ?? name).slice(0, 2);
  const tone = [...key].reduce((sum, char) => sum + char.codePointAt(0), 0) % 6;
  return h("span", { class: `avatar tone-${tone}`, "aria-hidden": "true" }, initials.toUpperCase());
}

let fading = 0;

/** One short sentence at the foot of the phone, also read aloud. */
export function toast(text) {
  const node = byId("toast");
  node.textContent = text;
  node.classList.add("shown");
  clearTimeout(fading);
  fading = setTimeout(() => node.classList.remove("shown"), 4000);
}
