// Everything a person can tap under a message, and the message that such a tap sends.
import { h, icon } from "./dom.js";
import { openSheet } from "./sheet.js";

const context = (item) => ({ id: item.id });

function choice(label, symbol, onclick, key) {
  return h("button", { type: "button", class: "choice", data: key ? { choice: key } : {}, onclick }, symbol ? icon(symbol) : null, h("span", {}, label));
}

function linkChoice(label, url) {
  const safe = /^https?:\/\//u.test(url ?? "");
  return h("a", { class: "choice", href: safe ? url : null, target: "_blank", rel: "noopener noreferrer" }, icon("link"), h("span", {}, label));
}

function replyButtons(item, action, send) {
  return action.buttons.map(({ reply }) =>
    choice(reply.title, null, () => {
      send({ type: "interactive", context: context(item), interactive: { type: "button_reply", button_reply: { id: reply.id, title: reply.title } } });
    }, reply.id),
  );
}

function openList(item, action, send) {
  const pick = (row) => {
    close();
    const { id, title, description } = row;
    send({ type: "interactive", context: context(item), interactive: { type: "list_reply", list_reply: { id, title, ...(description && { description }) } } });
  };
  const sections = action.sections.map((section) =>
    h(
      "section",
      {},
      section.title ? h("h3", {}, section.title) : null,
      section.rows.map((row) =>
        h("button", { type: "button", class: "row-choice", onclick: () => pick(row) }, h("strong", {}, row.title), row.description ? h("small", {}, row.description) : null),
      ),
    ),
  );
  const close = openSheet(action.button, h("div", { class: "rows" }, sections));
}

function templateButtons(item, send) {
  return (item.rendered?.buttons ?? []).map((button) => {
    if (button.url) return linkChoice(button.text, button.url);
    return choice(button.text, null, () => {
      send({ type: "button", context: context(item), button: { payload: button.payload ?? button.text, text: button.text } });
    }, button.payload ?? button.text);
  });
}

/** The controls under a message of the business. `act`: send(message), askLocation(), shareContact(), explain(text). */
export function choicesOf(item, act) {
  if (item.direction !== "out") return [];
  if (item.message.type === "template") return templateButtons(item, act.send);
  const body = item.message.interactive;
  if (!body) return [];
  const { action = {} } = body;
  switch (body.type) {
    case "button":
      return replyButtons(item, action, act.send);
    case "list":
      return [choice(action.button, "list", () => openList(item, action, act.send))];
    case "cta_url":
      return [linkChoice(action.parameters.display_text, action.parameters.url)];
    case "location_request_message":
      return [choice("Send location", "pin", () => act.askLocation(context(item)))];
    case "request_contact_info":
      return [choice("Share my number", "person", () => act.shareContact(context(item)))];
    default:
      return [choice(action.parameters?.flow_cta ?? "Open", null, () => act.explain(`A message of kind “${body.type}” cannot be opened on this phone.`))];
  }
}

/** Which control a message of this phone answered: {id of the asking message, key of the control}. */
export function chosenBy(message) {
  const key = message.interactive?.button_reply?.id ?? message.button?.payload;
  return key && message.context?.id ? { id: message.context.id, key } : null;
}
