// What a bubble can hold: one function a kind of message, each returning nodes.
import { mediaUrl } from "./api.js";
import { avatar, h, icon } from "./dom.js";
import { isJumbo, rich } from "./format.js";
import { duration } from "./when.js";

const safe = (url) => (/^https?:\/\//u.test(url ?? "") ? url : null);
const external = (url, ...inside) => h("a", { href: safe(url), target: "_blank", rel: "noopener noreferrer" }, inside);

function text(body) {
  return h("div", { class: isJumbo(body) ? "body jumbo" : "body", dir: "auto" }, rich(body));
}

/** Where this page may load a media object from: our simulator only. A link elsewhere is offered, never fetched. */
function source(item, media, context) {
  return item.preview ?? (media.id ? mediaUrl(context.waId, media.id) : null);
}

const caption = (media) => (media.caption ? text(media.caption) : null);

function elsewhere(media, noun) {
  return h("div", { class: "card" }, icon("link"), external(media.link, h("strong", {}, noun), h("small", {}, media.link)));
}

function picture(item, media, context) {
  const url = source(item, media, context);
  if (!url) return [elsewhere(media, "Photo"), caption(media)];
  const image = h("img", { src: url, alt: media.caption ?? "Photo", class: "photo", onload: context.settled });
  return [h("a", { class: "photo-link", href: url, target: "_blank", "aria-label": "Open the photo" }, image), caption(media)];
}

function video(item, media, context) {
  const url = source(item, media, context);
  if (!url) return [elsewhere(media, "Video"), caption(media)];
  return [h("video", { src: url, controls: true, class: "photo", "aria-label": "Video" }), caption(media)];
}

function sticker(item, media, context) {
  return h("img", { src: source(item, media, context), alt: "Sticker", class: "sticker", onload: context.settled });
}

function file(item, media, context) {
  const url = source(item, media, context) ?? safe(media.link);
  const name = media.filename ?? "Document";
  const kind = name.includes(".") ? name.split(".").at(-1).toUpperCase() : "File";
  const label = [h("strong", {}, name), h("small", {}, kind)];
  return [h("div", { class: "card" }, icon("file"), h("a", { href: url, download: name, target: "_blank" }, label)), caption(media)];
}

function audio(item, media, context) {
  const player = new Audio(source(item, media, context) ?? "");
  const face = h("button", { type: "button", class: "round", "aria-label": "Play" }, icon("play"));
  const bar = h("input", { type: "range", min: "0", max: "1000", value: "0", "aria-label": "Position in the recording" });
  const time = h("small", {}, media.voice ? "Voice note" : "Audio");
  face.addEventListener("click", () => (player.paused ? player.play().catch(() => (time.textContent = "Cannot be played here")) : player.pause()));
  bar.addEventListener("input", () => {
    if (Number.isFinite(player.duration)) player.currentTime = (bar.value / 1000) * player.duration;
  });
  const paint = () => {
    face.replaceChildren(icon(player.paused ? "play" : "pause"));
    face.setAttribute("aria-label", player.paused ? "Play" : "Pause");
  };
  player.addEventListener("play", paint);
  player.addEventListener("pause", paint);
  player.addEventListener("timeupdate", () => {
    time.textContent = duration(player.currentTime);
    if (Number.isFinite(player.duration)) bar.value = (player.currentTime / player.duration) * 1000;
  });
  return h("div", { class: "audio" }, face, h("span", { class: "track" }, bar, time));
}

function spot(item, place) {
  const at = `${Number(place.latitude).toFixed(4)}, ${Number(place.longitude).toFixed(4)}`;
  const url = `https://www.openstreetmap.org/?mlat=${place.latitude}&mlon=${place.longitude}#map=16/${place.latitude}/${place.longitude}`;
  const label = [h("strong", {}, place.name ?? "Location"), h("small", {}, place.address ?? at)];
  return [h("div", { class: "map", "aria-hidden": "true" }, icon("pin")), h("div", { class: "card" }, external(url, label))];
}

function contacts(item, people) {
  return people.map((person) => {
    const name = person.name?.formatted_name ?? "Contact";
    const numbers = (person.phones ?? []).map(({ phone }) => phone).join(", ");
    return h("div", { class: "card" }, avatar(name), h("span", {}, h("strong", {}, name), h("small", {}, numbers)));
  });
}

function header(item, head, context) {
  if (!head) return null;
  if (head.type === "text") return h("div", { class: "headline", dir: "auto" }, head.text);
  return content({ ...item, preview: null, message: { type: head.type, [head.type]: head[head.type] } }, context);
}

function interactive(item, body, context) {
  const answer = body.button_reply ?? body.list_reply ?? (body.nfm_reply && { title: "Form sent" });
  if (answer) return [text(answer.title), answer.description ? h("small", { class: "soft" }, answer.description) : null];
  return [
    header(item, body.header, context),
    text(body.body?.text ?? ""),
    body.footer?.text ? h("div", { class: "footer", dir: "auto" }, body.footer.text) : null,
  ];
}

const values = (components = []) => components.flatMap(({ parameters = [] }) => parameters).map((one) => one.text).filter(Boolean);

function template(item, body) {
  const drawn = item.rendered;
  if (!drawn) return [h("div", { class: "headline" }, `Template “${body.name}”`), text(values(body.components).join("\n"))];
  return [
    drawn.header ? h("div", { class: "headline", dir: "auto" }, drawn.header) : null,
    text(drawn.body ?? ""),
    drawn.footer ? h("div", { class: "footer", dir: "auto" }, drawn.footer) : null,
  ];
}

const KINDS = {
  text: (item, body) => text(body.body ?? ""),
  system: (item, body) => text(body.body ?? ""),
  button: (item, body) => text(body.text ?? ""),
  image: picture,
  video,
  sticker,
  document: file,
  audio,
  location: spot,
  contacts,
  interactive,
  template,
};

/** The nodes of one message. `context`: waId, settled() called when a picture has found its size. */
export function content(item, context) {
  const { type } = item.message;
  const draw = KINDS[type];
  if (!draw || !item.message[type]) return h("em", { class: "soft" }, `This phone cannot show a message of type “${type}”.`);
  return draw(item, item.message[type], context);
}
