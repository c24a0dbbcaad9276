// Sending more than text: the attachment sheet and the small forms behind it.
import { uploadMedia } from "./api.js";
import { byId, h, icon } from "./dom.js";
import { openSheet } from "./sheet.js";

const PLACES = [
  ["Office", "1 High Street", 51.5007, -0.1246],
  ["Park", "Plaza de la Independencia", 40.4153, -3.6845],
  ["Station", "Platform 2", 52.525, 13.3694],
];

const field = (label, props) => h("label", { class: "field" }, h("span", {}, label), h("input", { autocomplete: "off", ...props }));
const submit = (label) => h("button", { type: "submit", class: "primary" }, label);

function form(fields, label, onsubmit) {
  return h("form", {
    class: "form",
    onsubmit: (event) => {
      event.preventDefault();
      onsubmit(Object.fromEntries(new FormData(event.target)));
    },
  }, fields, submit(label));
}

/** The kind of media message a file makes, as a phone would choose it. */
function kindOf(file) {
  if (/^image\/(jpeg|png)$/u.test(file.type)) return "image";
  if (/^video\/(mp4|3gpp)$/u.test(file.type)) return "video";
  return file.type.startsWith("audio/") ? "audio" : "document";
}

/** Sends a blob as a media message: shown at once, uploaded, then sent. `extra` completes the media object. */
export function sendFile(chat, blob, { kind = kindOf(blob), extra = {}, context = {} } = {}) {
  const media = { ...(kind === "document" && { filename: blob.name ?? "document" }), ...extra };
  const prepare = async (message) => {
    const { id } = await uploadMedia(chat.waId, blob);
    message[kind] = { id, ...media };
  };
  return chat.send({ type: kind, ...context, [kind]: media }, { prepare, preview: URL.createObjectURL(blob) });
}

export class Attach {
  /** `chat()` is the open conversation, `context()` the quoted message for the next send. */
  constructor({ chat, context }) {
    this.chat = chat;
    this.context = context;
    byId("attach").addEventListener("click", () => this.open());
    for (const input of [byId("pick-photo"), byId("pick-file"), byId("pick-audio")]) {
      input.addEventListener("change", () => {
        this.files(input.files, input.id === "pick-file" ? "document" : undefined);
        input.value = "";
      });
    }
  }

  open() {
    const tile = (tone, symbol, label, onclick) => h("button", { type: "button", onclick }, h("span", { class: `tile tone-${tone}` }, icon(symbol)), label);
    const pick = (id) => () => {
      close();
      byId(id).click();
    };
    const close = openSheet("Send", h("div", { class: "tiles" }, [
      tile(0, "image", "Photo", pick("pick-photo")),
      tile(2, "file", "Document", pick("pick-file")),
      tile(3, "pin", "Location", () => this.location()),
      tile(1, "person", "Contact", () => this.contact()),
      tile(4, "mic", "Sound file", pick("pick-audio")),
    ]));
  }

  /** Chosen, pasted or dropped files: a picture or document is shown first with room for a caption. */
  files(list, kind) {
    const [file] = list;
    if (!file) return;
    const type = kind ?? kindOf(file);
    if (type === "audio") {
      sendFile(this.chat(), file, { kind: type, context: this.context() });
      return;
    }
    const shown = type === "image" ? h("img", { src: URL.createObjectURL(file), alt: "", class: "preview" }) : h("div", { class: "card" }, icon("file"), h("strong", {}, file.name));
    const close = openSheet(type === "image" ? "Send photo" : "Send document", h("div", {}, shown, form(
      field("Caption", { name: "caption", maxlength: "1024", placeholder: "Add a caption" }), "Send", ({ caption }) => {
        close();
        sendFile(this.chat(), file, { kind: type, extra: caption.trim() ? { caption: caption.trim() } : {}, context: this.context() });
      })));
  }

  location(context) {
    const fields = {
      name: field("Name", { name: "name", value: PLACES[0][0] }),
      address: field("Address", { name: "address", value: PLACES[0][1] }),
      latitude: field("Latitude", { name: "latitude", type: "number", step: "any", min: "-90", max: "90", required: true, value: PLACES[0][2] }),
      longitude: field("Longitude", { name: "longitude", type: "number", step: "any", min: "-180", max: "180", required: true, value: PLACES[0][3] }),
    };
    const fill = (...values) => Object.values(fields).forEach((one, at) => (one.querySelector("input").value = values[at]));
    const here = () => navigator.geolocation?.getCurrentPosition(({ coords }) => fill("", "", coords.latitude, coords.longitude), () => {});
    const presets = PLACES.map((place) => h("button", { type: "button", class: "pill", onclick: () => fill(...place) }, place[0]));
    const close = openSheet("Send location", h("div", {},
      h("div", { class: "pills" }, presets, h("button", { type: "button", class: "pill", onclick: here }, "Where I am")),
      form([fields.name, fields.address, h("div", { class: "pair" }, fields.latitude, fields.longitude)], "Send location", ({ name, address, latitude, longitude }) => {
        close();
        const place = { latitude: Number(latitude), longitude: Number(longitude), ...(name && { name }), ...(address && { address }) };
        this.chat().send({ type: "location", ...(context ? { context } : this.context()), location: place });
      })));
  }

  contact() {
    const close = openSheet("Send contact", form(
      [field("Name", { name: "name", required: true, placeholder: "Cleo Marsh" }), field("Phone", { name: "phone", type: "tel", required: true, placeholder: "+44 7700 900456" })],
      "Send contact",
      ({ name, phone }) => {
        close();
        this.card(name, phone, this.context());
      },
    ));
  }

  card(name, phone, extra = {}) {
    const [first] = name.split(" ");
    const person = { name: { formatted_name: name, first_name: first }, phones: [{ phone, wa_id: phone.replace(/\D/gu, ""), type: "CELL" }] };
    this.chat().send({ type: "contacts", ...extra, contacts: [person] });
  }
}
