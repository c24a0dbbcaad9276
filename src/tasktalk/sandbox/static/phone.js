// The page put together: whose phone it is, the open conversation, theme and view.
import { markRead } from "./api.js";
import { Attach } from "./attach.js";
import { Chat } from "./chat.js";
import { Composer } from "./composer.js";
import { avatar, byId, icon, toast } from "./dom.js";
import { wireFaults } from "./faults.js";
import { People } from "./people.js";
import { closeSheet } from "./sheet.js";
import { Timeline } from "./timeline.js";
import { wireVoice } from "./voice.js";
import { timeOf } from "./when.js";

const business = () => people.business?.name ?? "Tasktalk";
const chats = new Map(); // what was not sent stays with its phone while another is held
let chat = null;
let reading = false;

for (const slot of document.querySelectorAll("[data-icon]")) slot.prepend(icon(slot.dataset.icon));

const people = new People({ pick: (waId) => (location.hash = waId) });
const composer = new Composer({ send: (message) => chat?.send(message), files: (list) => attach.files(list) });
const source = { chat: () => chat, context: () => composer.takeContext() };
const attach = new Attach(source);
const timeline = new Timeline({
  reply: (item) => composer.quote(item, business()),
  act: {
    send: (message) => chat.send(message),
    askLocation: (context) => attach.location(context),
    shareContact: (context) => attach.card(people.get(chat.waId)?.name ?? "Me", `+${chat.waId}`, { context }),
    explain: toast,
  },
});
wireVoice(source);
wireFaults();

/** Tells the business its messages were read, while somebody can really see them. */
async function read() {
  const seen = !document.hidden && document.body.dataset.view === "chat";
  if (!chat || !seen || reading) return;
  reading = true;
  await markRead(chat.waId).catch(() => {}); // the next message tries again
  reading = false;
  people.refresh();
}

function connection(up) {
  byId("banner").hidden = up;
  byId("presence").textContent = up ? "online" : "connecting…";
}

function hold(waId) {
  chat?.close();
  closeSheet();
  composer.clear();
  const person = people.get(waId);
  const name = person?.name ?? `+${waId}`;
  let unread = person?.unread ?? 0;
  if (!chats.has(waId)) chats.set(waId, new Chat(waId));
  chat = chats.get(waId);
  timeline.show(chat, business());
  chat.open({
    reset: () => {
      timeline.reset(unread);
      unread = 0;
      read();
    },
    added: (item) => {
      timeline.added(item);
      if (item.direction === "out") read();
      else people.refresh();
    },
    changed: (item) => timeline.changed(item),
    typing: (on) => timeline.setTyping(on),
    failed: toast,
    connection,
  });
  people.mark(waId);
  document.title = `${name} · Simulated phone`;
  byId("phone").setAttribute("aria-label", `${name}’s phone`);
  byId("holder").replaceChildren(avatar(name, waId));
  byId("holder").title = `This is ${name}’s phone`;
  document.body.dataset.view = "chat";
}

function route() {
  const waId = location.hash.slice(1);
  if (waId) return hold(waId);
  if (matchMedia("(min-width: 720px)").matches && people.all.length) return hold(people.all[0].wa_id);
  document.body.dataset.view = "people";
  return undefined;
}

for (const example of document.querySelectorAll("[data-try]")) {
  example.addEventListener("click", () => {
    chat?.send({ type: "text", text: { body: example.dataset.try } });
    composer.focus();
  });
}

byId("back").addEventListener("click", () => {
  history.pushState(null, "", location.pathname);
  document.body.dataset.view = "people";
  people.refresh();
  byId("people-list").querySelector("[aria-current]")?.focus();
});

const THEMES = { auto: ["auto", "Theme: as the system"], light: ["sun", "Theme: light"], dark: ["moon", "Theme: dark"] };

function paintTheme(theme) {
  const [symbol, label] = THEMES[theme];
  document.documentElement.dataset.theme = theme;
  localStorage.setItem("theme", theme);
  const button = byId("theme");
  button.replaceChildren(icon(symbol));
  button.setAttribute("aria-label", `${label}. Change`);
  button.title = label;
}

byId("theme").addEventListener("click", () => {
  const order = Object.keys(THEMES);
  paintTheme(order[(order.indexOf(document.documentElement.dataset.theme) + 1) % order.length]);
});
paintTheme(document.documentElement.dataset.theme);

const tellTime = () => (byId("clock").textContent = timeOf(new Date()));
tellTime();
setInterval(tellTime, 10_000);

addEventListener("hashchange", route);
document.addEventListener("visibilitychange", read);
await people.refresh();
byId("business").textContent = business();
route();
