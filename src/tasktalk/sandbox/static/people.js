// The list of people whose phone one can hold.
import { listPhones } from "./api.js";
import { avatar, byId, h } from "./dom.js";
import { openSheet } from "./sheet.js";
import { previewOf } from "./preview.js";
import { briefly, instant } from "./when.js";

const EVERY_MS = 4000;
const MANY = 8;

export class People {
  all = [];
  business = null;
  #list = byId("people-list");
  #current = null;
  #drawn = "";

  constructor({ pick }) {
    this.pick = pick;
    byId("find").addEventListener("input", () => this.#draw());
    byId("add-person").addEventListener("click", () => this.#another());
    setInterval(() => document.hidden || this.refresh(), EVERY_MS);
  }

  async refresh() {
    try {
      ({ phones: this.all, business: this.business } = await listPhones());
    } catch {
      return; // the banner of the open chat tells of a lost connection
    }
    this.#draw();
  }

  get(waId) {
    return this.all.find((person) => person.wa_id === waId);
  }

  mark(waId) {
    this.#current = waId;
    this.#draw();
  }

  #draw() {
    const wanted = byId("find").value.trim().toLowerCase();
    byId("finder").hidden = this.all.length <= MANY;
    const people = this.all.filter(({ name, wa_id: waId }) => `${name} ${waId}`.toLowerCase().includes(wanted));
    const state = JSON.stringify([people, this.#current]);
    if (state === this.#drawn) return;
    this.#drawn = state;
    const focused = document.activeElement?.dataset?.person;
    this.#list.replaceChildren(...people.map((person) => h("li", {}, this.#entry(person))));
    if (focused) this.#list.querySelector(`[data-person="${CSS.escape(focused)}"]`)?.focus();
  }

  #entry(person) {
    const { name, wa_id: waId, last_message: last } = person;
    const current = waId === this.#current;
    const unread = current ? 0 : person.unread;
    const line = last ? `${last.direction === "in" ? "You: " : ""}${previewOf(last)}` : "No messages yet";
    const tag = person.linked === false ? "stranger" : person.username ? `@${person.username}` : null;
    return h(
      "button",
      { type: "button", class: "person", data: { person: waId }, "aria-current": current ? "true" : null, onclick: () => this.pick(waId) },
      avatar(name, waId),
      h("span", { class: "who" }, h("strong", {}, name), tag ? h("span", { class: "tag" }, tag) : null),
      h("span", { class: "when" }, last ? briefly(instant(last.timestamp)) : ""),
      h("span", { class: "last" }, line),
      unread ? h("span", { class: "badge" }, String(unread), h("span", { class: "hidden" }, " unread")) : null,
    );
  }

  #another() {
    const input = h("input", { name: "number", type: "tel", required: true, pattern: "\\+?[0-9 ]{7,20}", placeholder: "+44 7700 900999", autocomplete: "off" });
    const close = openSheet("Another number", h("form", {
      class: "form",
      onsubmit: (event) => {
        event.preventDefault();
        close();
        this.pick(input.value.replace(/\D/gu, ""));
      },
    }, h("p", {}, "A number nobody knows: its owner is a stranger to the product until the phone is linked."),
    h("label", { class: "field" }, h("span", {}, "Phone number"), input), h("button", { type: "submit", class: "primary" }, "Hold this phone")));
    document.body.dataset.view = "chat";
  }
}
