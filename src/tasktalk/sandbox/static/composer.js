// The line at the foot of the phone: text that grows, the quoted message, and what Enter does.
import { byId, h, iconButton } from "./dom.js";
import { previewOf } from "./preview.js";

const TALLEST = 132;

export class Composer {
  #text = byId("text");
  #quote = byId("quoted");
  #replyTo = null;

  /** `send(message)` gets complete message objects; `files(list)` gets pasted or dropped files. */
  constructor({ send, files }) {
    this.send = send;
    byId("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#text.addEventListener("input", () => this.#fit());
    this.#text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.#submit();
      } else if (event.key === "Escape" && this.#replyTo) {
        this.quote(null);
      } else if (event.key === "ArrowUp" && !this.#text.value) {
        byId("log").querySelector(".row[data-key]:nth-last-of-type(2)")?.focus();
      }
    });
    this.#text.addEventListener("paste", (event) => {
      if (event.clipboardData.files.length) files(event.clipboardData.files);
    });
    const phone = byId("screen");
    phone.addEventListener("dragover", (event) => event.preventDefault());
    phone.addEventListener("drop", (event) => {
      event.preventDefault();
      if (event.dataTransfer.files.length) files(event.dataTransfer.files);
    });
    this.#fit();
  }

  /** Quotes an item for the next message, or with null stops quoting. */
  quote(item, business) {
    this.#replyTo = item;
    this.#quote.hidden = !item;
    if (!item) return this.#quote.replaceChildren();
    const who = item.direction === "in" ? "You" : business;
    this.#quote.replaceChildren(
      h("div", { class: "quote" }, h("strong", {}, `Reply to ${who}`), h("span", {}, previewOf(item))),
      iconButton("close", "Do not reply to this message", () => {
        this.quote(null);
        this.focus();
      }),
    );
    return this.focus();
  }

  /** The context of the next message; asking for it ends the quoting. */
  takeContext() {
    const id = this.#replyTo?.id;
    this.quote(null);
    return id ? { context: { id } } : {};
  }

  clear() {
    this.#text.value = "";
    this.quote(null);
    this.#fit();
  }

  focus() {
    this.#text.focus({ preventScroll: true });
  }

  #submit() {
    const body = this.#text.value.trim();
    if (!body) return;
    this.#text.value = "";
    this.#fit();
    this.send({ type: "text", ...this.takeContext(), text: { body } });
  }

  #fit() {
    this.#text.style.height = "auto";
    this.#text.style.height = `${Math.min(this.#text.scrollHeight, TALLEST)}px`;
    byId("composer").classList.toggle("filled", this.#text.value.trim() !== "");
  }
}
