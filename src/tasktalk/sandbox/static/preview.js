// A message in one line: for the list of people, for quotes and for screen readers.

const NOUNS = { image: "Photo", video: "Video", audio: "Audio", document: "Document", sticker: "Sticker", location: "Location", contacts: "Contact" };

const strip = (text) => text.replace(/```|(?<![\p{L}\p{N}])[*_~`](?=\S)|(?<=\S)[*_~`](?![\p{L}\p{N}])/gu, "").replace(/\s+/gu, " ").trim();

/** Never fails: a message of an unexpected shape is just a message. */
export function previewOf(item) {
  try {
    return describe(item);
  } catch {
    return "Message";
  }
}

function describe(item) {
  const { message } = item;
  const body = message[message.type] ?? {};
  switch (message.type) {
    case "text":
    case "system":
      return strip(body.body ?? "");
    case "interactive":
      return strip(body.button_reply?.title ?? body.list_reply?.title ?? body.body?.text ?? "Message");
    case "button":
      return body.text;
    case "template":
      return strip(item.rendered?.body ?? `Template ${body.name}`);
    case "reaction":
      return body.emoji ? `Reacted ${body.emoji}` : "Took a reaction away";
    case "audio":
      return body.voice ? "Voice note" : "Audio";
    case "document":
      return body.caption ? strip(body.caption) : (body.filename ?? "Document");
    case "contacts":
      return body[0]?.name?.formatted_name ?? "Contact";
    case "location":
      return body.name ?? "Location";
    default:
      return strip(body.caption ?? "") || (NOUNS[message.type] ?? "Message");
  }
}
