// The chat as it goes: what is said stands there at once, the answer is awaited below it, Enter sends.
const field = document.getElementById("said");
const content = () => document.getElementById("content");
let hoped = null; // what was said and is not answered yet

const end = () => scrollTo({ top: document.documentElement.scrollHeight });

function bubble(kind, ...inner) {
  const line = document.createElement("li");
  const words = document.createElement("p");
  line.className = kind;
  words.className = kind === "mine" ? "bubble" : "bubble theirs typing";
  words.append(...inner);
  line.append(words);
  return line;
}

// console.js has sent the form by now; if it cannot, the words come back.
document.addEventListener("submit", ({ target: form, submitter }) => {
  if (form.getAttribute("action") !== "/try" || hoped) return;
  const typed = form.id === "chat-line";
  const said = typed ? field.value : form.elements.text?.value ?? submitter?.textContent ?? "";
  if (!said.trim()) return;
  const dots = [0, 1, 2].map(() => document.createElement("i"));
  const lines = [bubble("mine", said.trim()), bubble("reply", ...dots)];
  const list = document.getElementById("chat") ?? Object.assign(document.createElement("ol"), { className: "chat" });
  if (!list.isConnected) content().replaceChildren(list);
  list.append(...lines);
  hoped = { lines, text: typed ? field.value : "" };
  if (typed) field.value = "";
  end();
});

field.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  if (!hoped && field.value.trim()) document.getElementById("chat-line").requestSubmit();
});

new MutationObserver((changes) => {
  const swapped = changes.some(({ addedNodes }) => [...addedNodes].some((node) => node.id === "content"));
  if (swapped) {
    hoped = null;
    field.focus({ preventScroll: true });
    end();
  }
}).observe(document.getElementById("main"), { childList: true });

new MutationObserver(() => {
  if (!hoped || !document.querySelector("#toasts .failed")) return;
  for (const line of hoped.lines) line.remove();
  field.value ||= hoped.text;
  hoped = null;
}).observe(document.body, { childList: true, subtree: true });

end();
