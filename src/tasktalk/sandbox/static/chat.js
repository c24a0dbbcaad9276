// One phone's conversation: what is known, what is still on its way, and which reaction sits where.
// "in" is what this phone sent to the business, "out" is what the business sent to this phone.
import * as api from "./api.js";

const RANK = { sending: 0, accepted: 1, sent: 1, delivered: 2, read: 3, played: 4, failed: 5 };

const nothing = () => {};
const UNSEEN = { reset: nothing, added: nothing, changed: nothing, typing: nothing, connection: nothing, failed: nothing };

export class Chat {
  items = [];
  reactions = new Map(); // message id -> {in: emoji, out: emoji}
  #byId = new Map();
  #early = new Map(); // statuses that overtook the answer to their own message
  #pending = new Set();
  #loading = Promise.resolve();
  #locals = 0;
  #stop = () => {};

  constructor(waId) {
    this.waId = waId;
    this.on = UNSEEN;
  }

  /**
   * Follows the stream; whenever it (re)connects, everything is read anew, so nothing said meanwhile is missed.
   * `on`: reset(), added(item), changed(item), typing(on), connection(on), failed(text).
   */
  open(on) {
    this.on = on;
    this.#stop = api.follow(this.waId, {
      message: (item) => this.#arrived(item),
      status: (status) => this.#loading.then(() => this.#status(status)),
      typing: (event) => this.on.typing(event.on ?? true),
      reset: () => {
        this.items = [];
        this.#reload();
      },
      connection: (up) => {
        this.on.connection(up);
        if (up) this.#reload();
      },
    });
  }

  close() {
    this.#stop();
    this.on = UNSEEN;
  }

  find(id) {
    return this.#byId.get(id);
  }

  /** Shows the message at once with a clock, then sends it. `prepare` may upload first and complete the message. */
  send(message, { prepare, preview } = {}) {
    this.#locals += 1;
    const item = { key: `local-${this.#locals}`, direction: "in", timestamp: Date.now() / 1000, status: "sending", message, prepare, preview };
    this.items.push(item);
    this.on.added(item);
    return this.deliver(item);
  }

  /** Sends, or sends again, an item that is already shown. */
  async deliver(item) {
    item.status = "sending";
    item.error = null;
    this.on.changed(item);
    const work = (async () => {
      await item.prepare?.(item.message);
      item.prepare = null;
      return api.sendMessage(this.waId, item.message);
    })();
    this.#pending.add(work);
    try {
      const { id } = await work;
      item.id = id;
      item.status = "sent";
      this.#byId.set(id, item);
      const early = this.#early.get(id);
      if (early) this.#status(early);
    } catch (error) {
      item.status = "failed";
      item.error = error.message;
      item.retry = true;
    } finally {
      this.#pending.delete(work);
    }
    this.on.changed(item);
  }

  /** Puts this phone's reaction on a message; an empty emoji takes it away. */
  async react(id, emoji) {
    const before = this.reactions.get(id)?.in ?? "";
    this.#setReaction(id, "in", emoji);
    const reaction = emoji ? { message_id: id, emoji } : { message_id: id };
    try {
      await api.sendMessage(this.waId, { type: "reaction", reaction });
    } catch (error) {
      this.#setReaction(id, "in", before);
      this.on.failed(`The reaction was not sent: ${error.message}`);
    }
  }

  /** Reads all there is. Events wait for it; should it fail, the banner shows and the stream's next opening repeats it. */
  #reload() {
    this.#loading = this.#load().then(() => this.on.reset(), () => this.on.connection(false));
  }

  async #load() {
    const { messages } = await api.listMessages(this.waId);
    const listed = new Set(messages.map(({ id }) => id));
    const ours = this.items.filter(({ key, id }) => key.startsWith("local-") && !listed.has(id));
    const known = this.#byId;
    this.#byId = new Map(ours.filter(({ id }) => id).map((item) => [item.id, item]));
    this.items = [];
    this.reactions.clear();
    for (const item of messages) this.#take(item, known.get(item.id));
    this.items.push(...ours);
  }

  /** Files one listed item. Returns the shown item it made, if it made one. */
  #take(item, known) {
    const { type, reaction } = item.message;
    if (type === "reaction") {
      const landed = item.status !== "failed" || item.direction === "in";
      if (landed) this.#setReaction(reaction?.message_id, item.direction, reaction?.emoji ?? "");
      return null;
    }
    const kept = { ...item, key: known?.key ?? item.id, preview: known?.preview };
    this.#byId.set(item.id, kept);
    this.items.push(kept);
    return kept;
  }

  async #arrived(item) {
    await this.#loading;
    // Our own message may come round by the stream before the answer to its POST: wait for that answer.
    if (item.direction === "in") await Promise.allSettled(this.#pending);
    const known = this.#byId.get(item.id);
    if (known) return this.#status({ id: item.id, status: item.status });
    if (item.direction === "out" && item.message.type !== "reaction") this.on.typing(false);
    const made = this.#take(item);
    if (made) this.on.added(made);
    return undefined;
  }

  #status(status) {
    const item = this.#byId.get(status.id);
    if (!item) {
      this.#early.set(status.id, status);
      return;
    }
    if ((RANK[status.status] ?? 0) < RANK[item.status]) return;
    item.status = status.status;
    item.errors = status.errors ?? item.errors;
    this.on.changed(item);
  }

  #setReaction(id, side, emoji) {
    this.reactions.set(id, { ...this.reactions.get(id), [side]: emoji });
    const item = this.#byId.get(id);
    if (item) this.on.changed(item);
  }
}
