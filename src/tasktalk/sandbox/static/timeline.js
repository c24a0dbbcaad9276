// The scrolling log of messages: rows, day separators, the typing bubble, the keyboard, and staying at the foot.
import { byId, h } from "./dom.js";
import { watchGestures } from "./gestures.js";
import { chosenBy } from "./choices.js";
import { previewOf } from "./preview.js";
import { openReactions } from "./reactions.js";
import { makeRow, mine, paintRow } from "./row.js";
import { dayOf, instant } from "./when.js";

const PAGE = 120;

export class Timeline {
  #log = byId("log");
  #jump = byId("jump");
  #typing = h("div", { class: "row theirs typing", hidden: true, "aria-hidden": "true" }, h("div", { class: "bubble" }, h("i"), h("i"), h("i")));
  #rows = new Map(); // item key -> row
  #taken = new Map(); // message id -> keys of the controls tapped under it
  #shown = PAGE;
  #missed = 0;
  #pinned = true; // whether the foot stays in view when something grows
  #last = null;

  /** `act`: send, askLocation, shareContact, explain; `reply(item)` quotes an item in the composer. */
  constructor({ act, reply }) {
    this.act = act;
    this.reply = reply;
    this.#log.addEventListener("scroll", () => {
      this.#pinned = this.#atFoot(120);
      if (this.#pinned) this.#setMissed(0);
    }, { passive: true });
    this.#log.addEventListener("keydown", (event) => this.#key(event));
    this.#jump.addEventListener("click", () => this.toFoot());
    new ResizeObserver(() => this.settled()).observe(this.#log);
    watchGestures(this.#log, {
      swipe: (row) => this.#withItem(row, (item) => this.reply(item)),
      hold: (row) => this.#withItem(row, (item) => !mine(item) && this.openReactions(item, row)),
    });
  }

  // What a row asks of its surroundings.
  get waId() { return this.chat.waId; }
  find = (id) => this.chat.find(id);
  reactions = (id) => this.chat.reactions.get(id);
  retry = (item) => this.chat.deliver(item);
  react = (item, emoji) => this.chat.react(item.id, emoji);
  chosen = (id) => this.#taken.get(id);
  settled = () => this.#pinned && this.toFoot();
  openReactions = (item, row, opener = row) => {
    openReactions(row, { current: this.reactions(item.id)?.in, opener, pick: (emoji) => this.react(item, emoji) });
  };

  show(chat, business) {
    this.chat = chat;
    this.business = business;
    this.#shown = PAGE;
    this.#log.replaceChildren();
    this.setTyping(false);
  }

  /** Draws the conversation anew; a line marks the first of `unread` messages of the business. */
  reset(unread = 0) {
    this.#rows.clear();
    this.#taken.clear();
    this.#last = null;
    const { items } = this.chat;
    const first = Math.max(0, items.length - this.#shown);
    for (const item of items) this.#note(item);
    const theirs = items.filter((item) => !mine(item));
    const mark = unread > 0 ? theirs.at(-Math.min(unread, theirs.length)) : null;
    const divider = h("p", { class: "divider" }, unread === 1 ? "1 new message" : `${unread} new messages`);
    const nodes = items.slice(first).flatMap((item) => {
      const [row, ...day] = this.#nodesFor(item).reverse();
      return [...day, ...(item === mark ? [divider] : []), row];
    });
    const earlier = first ? h("button", { type: "button", class: "earlier", onclick: () => this.#earlier() }, "Show earlier messages") : null;
    const empty = items.length ? null : h("p", { class: "empty" }, `Nothing here yet. Say hello, or try “buy milk tomorrow 5pm”.`);
    this.#log.replaceChildren(...[earlier, empty, ...nodes, this.#typing].filter(Boolean));
    this.toFoot();
  }

  added(item) {
    const stay = this.#pinned || mine(item);
    this.#log.querySelector(".empty")?.remove();
    this.#note(item);
    this.#typing.before(...this.#nodesFor(item));
    this.#rows.get(item.key).classList.add("fresh");
    if (stay) this.toFoot();
    else this.#setMissed(this.#missed + 1);
    if (!mine(item)) byId("announce").textContent = `${this.business}: ${previewOf(item)}`;
  }

  changed(item) {
    const row = this.#rows.get(item.key);
    if (row) paintRow(row, item, this);
    this.settled();
    if (item.status === "failed" && mine(item)) byId("announce").textContent = "Your message was not sent";
  }

  setTyping(on) {
    clearTimeout(this.typingTimer);
    this.#typing.hidden = !on;
    byId("presence").textContent = on ? "typing…" : "online";
    // Meta ends the indicator after 25 s when no answer came (facts sheet 4.1).
    if (on) this.typingTimer = setTimeout(() => this.setTyping(false), 25_000);
    if (on) this.settled();
  }

  goTo = (id) => {
    const item = this.chat.find(id);
    if (item && !this.#rows.has(item.key)) this.#earlier(Infinity);
    const row = item && this.#rows.get(item.key);
    if (!row) return;
    row.scrollIntoView({ block: "center" });
    row.focus({ preventScroll: true });
    row.classList.remove("flash");
    void row.offsetWidth; // restarts the animation
    row.classList.add("flash");
  };

  toFoot() {
    this.#pinned = true;
    this.#log.scrollTop = this.#log.scrollHeight;
    this.#setMissed(0);
  }

  #atFoot(slack) {
    return this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight < slack;
  }

  #setMissed(count) {
    this.#missed = count;
    this.#jump.hidden = count === 0;
    this.#jump.querySelector("span").textContent = count === 1 ? "1 new" : `${count} new`;
  }

  #earlier(more = PAGE) {
    const before = this.#log.scrollHeight;
    this.#shown += more;
    this.reset();
    this.#log.scrollTop = this.#log.scrollHeight - before;
  }

  #nodesFor(item) {
    const day = dayOf(instant(item.timestamp));
    const newDay = day !== this.#last?.day;
    const row = makeRow(item, this);
    if (newDay || this.#last?.direction !== item.direction) row.classList.add("first");
    this.#last = { day, direction: item.direction };
    this.#rows.set(item.key, row);
    return newDay ? [h("h3", { class: "day" }, day), row] : [row];
  }

  /** Remembers which control a sent message answered, and marks that control. */
  #note(item) {
    const chosen = mine(item) ? chosenBy(item.message) : null;
    if (!chosen) return;
    this.#taken.set(chosen.id, (this.#taken.get(chosen.id) ?? new Set()).add(chosen.key));
    const asked = this.chat.find(chosen.id);
    if (asked) this.changed(asked);
  }

  #withItem(row, use) {
    const item = this.chat.items.find(({ key }) => key === row.dataset.key);
    if (item?.id) use(item);
  }

  #key(event) {
    const rows = [...this.#log.querySelectorAll(".row[data-key]")];
    const row = document.activeElement.closest(".row[data-key]");
    const onRow = row === document.activeElement;
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (step && (onRow || document.activeElement === this.#log)) {
      const next = row ? rows[rows.indexOf(row) + step] : rows.at(-1);
      next?.focus();
      event.preventDefault();
    } else if (onRow && event.key === "r") {
      event.preventDefault();
      this.#withItem(row, (item) => this.reply(item));
    } else if (onRow && event.key === "e") {
      event.preventDefault();
      this.#withItem(row, (item) => !mine(item) && this.openReactions(item, row));
    } else if (event.key === "Escape") {
      byId("text").focus();
    }
  }
}
