// One message as a row of the chat. The content is built once; ticks, reactions and choices are painted again.
import { h, icon, iconButton } from "./dom.js";
import { choicesOf } from "./choices.js";
import { content } from "./parts.js";
import { previewOf } from "./preview.js";
import { instant, timeOf } from "./when.js";

const TICKS = {
  sending: ["clock", "Sending"],
  accepted: ["check", "Sent"],
  sent: ["check", "Sent"],
  delivered: ["checks", "Delivered"],
  read: ["checks", "Read"],
  played: ["checks", "Played"],
  failed: ["alert", "Failed"],
};

export const mine = (item) => item.direction === "in";

function tick(item) {
  const [symbol, label] = TICKS[item.status] ?? TICKS.sent;
  return h("span", { class: "tick", data: { status: item.status }, role: "img", "aria-label": label, title: label }, icon(symbol));
}

function quote(item, view) {
  const { context } = item.message;
  const id = context?.id ?? context?.message_id;
  if (!id) return null;
  const original = view.find(id);
  const who = original ? (mine(original) ? "You" : view.business) : "Earlier message";
  const words = original ? previewOf(original) : "Not on this phone any more";
  return h(
    "button",
    { type: "button", class: "quote", "aria-label": `In reply to ${who}: ${words}. Go to it`, onclick: () => view.goTo(id) },
    h("strong", {}, who),
    h("span", {}, words),
  );
}

function problem(item, view) {
  if (item.status !== "failed") return null;
  const [first] = item.errors ?? [];
  const reason = item.error ?? (first ? `${first.code}: ${first.error_data?.details ?? first.title ?? first.message}` : "not delivered");
  if (!item.retry) return h("p", { class: "problem" }, icon("alert"), `Not delivered. ${reason}`);
  return h("button", { type: "button", class: "problem", onclick: () => view.retry(item) }, icon("retry"), `Not sent. ${reason}. Tap to try again`);
}

function chips(item, view) {
  const given = item.id ? (view.reactions(item.id) ?? {}) : {};
  const chip = (emoji, who, props) => h(props.onclick ? "button" : "span", { class: "chip", title: who, ...props }, h("span", { class: "hidden" }, `${who} reacted `), emoji);
  return [
    given.in ? chip(given.in, "You", { type: "button", "aria-label": `Your reaction ${given.in}: take it away`, onclick: () => view.react(item, "") }) : null,
    given.out ? chip(given.out, view.business, {}) : null,
  ].filter(Boolean);
}

/** A row for an item of any shape: what cannot be drawn says so and harms no other row. */
export function makeRow(item, view) {
  try {
    return drawRow(item, view);
  } catch (error) {
    console.debug("not drawn", item, error);
    return drawRow({ ...item, message: { type: "unknown" } }, view);
  }
}

/** `view`: waId, business, find, goTo, retry, react, reactions, openReactions, reply, act, chosen. */
function drawRow(item, view) {
  const forwarded = item.message.context?.forwarded || item.message.context?.frequently_forwarded;
  const bubble = h(
    "div",
    { class: "bubble" },
    forwarded ? h("small", { class: "forwarded" }, icon("reply"), "Forwarded") : null,
    quote(item, view),
    content(item, view),
    h("span", { class: "meta" }),
  );
  const tools = h(
    "div",
    { class: "tools" },
    mine(item) ? null : iconButton("smile", "React", (event) => view.openReactions(item, row, event.currentTarget), { "aria-haspopup": "true" }),
    iconButton("reply", "Reply", () => view.reply(item)),
  );
  const choices = choicesOf(item, view.act);
  const answers = choices.length ? h("div", { class: "choices", role: "group", "aria-label": "Answers" }, choices) : null;
  const row = h(
    "div",
    { class: `row ${mine(item) ? "mine" : "theirs"} kind-${item.message.type}`, role: "article", tabindex: "-1", data: { key: item.key } },
    h("span", { class: "pull", "aria-hidden": "true" }, icon("reply")),
    h("div", { class: "line" }, h("div", { class: "stack" }, bubble, h("div", { class: "chips" }), answers), tools),
    h("div", { class: "trouble" }),
  );
  paintRow(row, item, view);
  return row;
}

/** Brings what can change about a row up to date. */
export function paintRow(row, item, view) {
  const at = instant(item.timestamp);
  const time = h("time", { datetime: at.toISOString() }, timeOf(at));
  if (item.id) row.dataset.id = item.id;
  row.dataset.status = item.status;
  row.querySelector(".meta").replaceChildren(...(mine(item) ? [time, tick(item)] : [time]));
  row.querySelector(".chips").replaceChildren(...chips(item, view));
  row.querySelector(".trouble").replaceChildren(...[problem(item, view)].filter(Boolean));
  row.querySelector(".tools").hidden = !item.id;
  const taken = view.chosen(item.id);
  for (const button of row.querySelectorAll(".choice[data-choice]")) {
    const yes = taken?.has(button.dataset.choice) ?? false;
    if (yes && !button.classList.contains("taken")) button.prepend(icon("check"));
    button.classList.toggle("taken", yes);
  }
  row.setAttribute("aria-label", `${mine(item) ? "You" : view.business}, ${timeOf(at)}`);
}
