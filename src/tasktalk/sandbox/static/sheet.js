// A sheet that rises from the foot of the phone. The rest of the phone is inert while it is open.
import { byId, h, iconButton } from "./dom.js";

let closeOpen = () => {};

/** Opens a sheet with a title and content; returns close(). One sheet at a time; Escape and the shade close it. */
export function openSheet(title, content, { onclose = () => {} } = {}) {
  closeOpen();
  const host = byId("sheets");
  const back = document.activeElement;
  const others = [...host.parentElement.children].filter((node) => node !== host && node.id !== "toast");
  const close = () => {
    if (!host.contains(panel)) return;
    host.replaceChildren();
    host.hidden = true;
    for (const node of others) node.inert = false;
    closeOpen = () => {};
    onclose();
    if (back?.isConnected) back.focus();
  };
  const heading = h("h2", { id: "sheet-title" }, title);
  const panel = h(
    "div",
    { class: "sheet", role: "dialog", "aria-modal": "true", "aria-labelledby": "sheet-title" },
    h("header", {}, heading, iconButton("close", "Close", () => close())),
    content,
  );
  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });
  host.replaceChildren(h("div", { class: "shade", onclick: () => close() }), panel);
  host.hidden = false;
  for (const node of others) node.inert = true;
  const first = panel.querySelector("[autofocus], .rows button, form input, form textarea, .tiles button") ?? panel.querySelector("button");
  first.focus({ preventScroll: true });
  closeOpen = close;
  return close;
}

export const closeSheet = () => closeOpen();
