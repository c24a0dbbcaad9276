// WhatsApp's text formatting as DOM nodes: *bold* _italic_ ~strike~ `code` ```block``` > quote, - and 1. lists.
// Facts sheet 4.2. Every character of the message ends up in a text node.
import { h } from "./dom.js";

const MARKS = { "*": "strong", _: "em", "~": "s" };
const LINK = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]}'*_~]/u;
const WORD = /[\p{L}\p{N}]/u;

/** Message text as a fragment of blocks and inline marks. */
export function rich(text) {
  const fragment = document.createDocumentFragment();
  String(text)
    .split(/```([\s\S]+?)```/u)
    .forEach((part, index) => {
      if (index % 2) fragment.append(h("pre", {}, h("code", {}, part.replace(/^\n|\n$/gu, ""))));
      else fragment.append(...blocks(part));
    });
  return fragment;
}

function kindOf(line) {
  if (/^> ?/u.test(line)) return "blockquote";
  if (/^[-*] \S/u.test(line)) return "ul";
  return /^\d{1,3}\. \S/u.test(line) ? "ol" : "text";
}

function blocks(text) {
  const out = [];
  let run = [];
  let kind = "text";
  const flush = () => {
    if (!run.length) return;
    if (kind === "text") {
      const paragraph = run.join("\n").replace(/^\n|\n$/gu, "");
      if (paragraph) out.push(h("span", { class: "text" }, inline(paragraph)));
    } else if (kind === "blockquote") {
      out.push(h("blockquote", {}, inline(run.map((line) => line.replace(/^> ?/u, "")).join("\n"))));
    } else {
      const start = kind === "ol" ? Number.parseInt(run[0], 10) : null;
      const rows = run.map((line) => h("li", {}, inline(line.replace(/^\S+ /u, ""))));
      out.push(h(kind, { start: start === 1 ? null : start }, rows));
    }
    run = [];
  };
  for (const line of text.split("\n")) {
    const next = kindOf(line);
    if (next !== kind) flush();
    kind = next;
    run.push(line);
  }
  flush();
  return out;
}

/** Finds where a mark opened at `from` closes: tight inside, no letter or digit just outside. */
function closing(text, from, mark) {
  if (/\s/u.test(text[from + 1] ?? " ") || WORD.test(text[from - 1] ?? " ")) return -1;
  for (let at = from + 2; at < text.length && text[at] !== "\n"; at += 1) {
    if (text[at] === mark && !/\s/u.test(text[at - 1]) && !WORD.test(text[at + 1] ?? " ")) return at;
  }
  return -1;
}

function inline(text) {
  const nodes = [];
  let plain = "";
  const push = (node) => {
    if (plain) nodes.push(plain);
    plain = "";
    nodes.push(node);
  };
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    const end = char in MARKS || char === "`" ? closing(text, at, char) : -1;
    if (end > 0) {
      const inner = text.slice(at + 1, end);
      push(char === "`" ? h("code", {}, inner) : h(MARKS[char], {}, inline(inner)));
      at = end;
    } else if (char === "h" && LINK.exec(text.slice(at))?.index === 0) {
      const [url] = LINK.exec(text.slice(at));
      push(h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, url));
      at += url.length - 1;
    } else {
      plain += char;
    }
  }
  if (plain) nodes.push(plain);
  return nodes;
}

/** One to three emoji alone are drawn large. */
export const isJumbo = (text) => /^(?:\p{Extended_Pictographic}[\p{Emoji_Modifier}\u200d\ufe0f]*){1,3}$/u.test(text.trim());
