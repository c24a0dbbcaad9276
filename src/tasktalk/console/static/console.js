// What the pages gain over plain forms: they change in place, hear of changes elsewhere, and answer the keyboard.
const swapped = ["content", "side", "toasts"];

function take(html) {
  return new DOMParser().parseFromString(html, "text/html");
}

// The page as the server has it now. Forms in hand are outside of what is swapped, or keep it from being swapped.
function show(fresh, parts = swapped) {
  document.documentElement.dataset.theme = fresh.documentElement.dataset.theme;
  document.title = fresh.title;
  const held = document.activeElement?.closest("[id]")?.id;
  for (const id of parts) {
    const [old, next] = [document.getElementById(id), fresh.getElementById(id)];
    if (old && next && old.innerHTML !== next.innerHTML) old.replaceWith(document.adoptNode(next));
  }
  if (held && !document.getElementById(held)?.contains(document.activeElement)) {
    document.getElementById(held)?.querySelector("button, a, input")?.focus({ preventScroll: true });
  }
  ready();
}

async function refresh() {
  if (busy() || document.hidden) return void (stale = true);
  stale = false;
  const answer = await fetch(location.href, { headers: { "X-Live": "1" } });
  if (answer.redirected) return location.reload(); // the session is over
  if (answer.ok && !busy()) show(take(await answer.text()), ["content", "side"]);
}

// Somebody is writing where the page would change under their hands.
function busy() {
  const active = document.activeElement;
  return sending > 0 || (active?.matches("input, textarea, select") && active.closest("#content") !== null);
}

let stale = false;
let sending = 0;
let timer = 0;
let ticked = -1000;

function soon() {
  clearTimeout(timer);
  timer = setTimeout(() => refresh().catch(() => (stale = true)), 250 + 500 * Math.random());
}

function listen() {
  const wanted = (document.body.dataset.live ?? "").split(" ").filter(Boolean);
  if (!wanted.length || !window.EventSource) return;
  const stream = new EventSource("/live");
  let met = false;
  stream.onmessage = ({ data }) => (wanted.includes(data) ? soon() : undefined);
  stream.onopen = () => {
    if (met) soon(); // what changed while we were away was not heard
    met = true;
  };
  addEventListener("pagehide", () => stream.close());
  addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
}

document.addEventListener("visibilitychange", () => !document.hidden && stale && soon());
document.addEventListener("focusout", () => stale && soon());

// Forms that only change something are sent quietly; the page that the server leads to is shown in place.
document.addEventListener("submit", async (event) => {
  const { target: form, submitter } = event;
  if (!form.matches("[data-quiet], [data-quick]") || submitter?.matches("[data-leave]")) return;
  event.preventDefault();
  // A second click of a double click meets the task that moved up: it is not meant.
  if (submitter?.matches(".tick") && performance.now() - ticked < 400) return;
  const address = submitter?.getAttribute("formaction") ?? form.getAttribute("action");
  const body = new URLSearchParams(new FormData(form));
  const undo = foresee(submitter);
  if (submitter?.matches(".tick")) ticked = performance.now();
  sending += 1;
  let answer;
  let page;
  try {
    answer = await fetch(address, { method: "POST", body });
    page = take(await answer.text());
  } catch {
    return fail("The server cannot be reached. Nothing was changed.", undo);
  } finally {
    sending -= 1;
  }
  if (!answer.ok) return fail(page.querySelector("main p")?.textContent, undo);
  if (new URL(answer.url).pathname !== location.pathname) {
    sessionStorage.setItem("toasts", page.getElementById("toasts")?.innerHTML ?? ""); // the server says it only once
    return location.assign(answer.url);
  }
  if (form.matches("[data-quick]")) form.reset();
  if (submitter?.matches(".tick")) ticked = performance.now();
  show(page);
});

// A tick is drawn at once; the function takes it back.
function foresee(button) {
  const task = button?.matches(".tick") ? button.closest(".task") : null;
  task?.classList.toggle("is-done");
  return () => task?.classList.toggle("is-done");
}

function fail(words, undo) {
  undo();
  const toast = document.createElement("div");
  toast.className = "toast failed";
  toast.textContent = words ?? "That did not work.";
  document.getElementById("toasts").replaceChildren(toast);
}

document.addEventListener("click", async ({ target }) => {
  const copy = target.closest("[data-copy]");
  if (copy) {
    await navigator.clipboard.writeText(document.getElementById(copy.dataset.copy).textContent);
    copy.lastChild.textContent = "Copied";
  }
  const menu = document.querySelector(".bar details[open]");
  if (menu && !menu.contains(target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("input, textarea, select");
  if (event.key === "Escape") {
    if (typing) event.target.blur();
    document.querySelector(".bar details[open]")?.removeAttribute("open");
  }
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const quick = document.getElementById("quick");
  if ((event.key === "q" || event.key === "n") && quick) {
    event.preventDefault();
    quick.focus();
  }
});

// What asks somebody else may take a while: the button says so, and is not pressed twice.
document.addEventListener("submit", ({ submitter: button, defaultPrevented }) => {
  if (!button?.dataset.sending || defaultPrevented) return;
  setTimeout(() => {
    const words = button.querySelector("span") ?? button;
    const before = words.textContent;
    words.textContent = button.dataset.sending;
    button.setAttribute("aria-busy", "true");
    const back = () => {
      words.textContent = before;
      button.removeAttribute("aria-busy");
    };
    addEventListener("pageshow", back, { once: true });
  });
});

function ready() {
  for (const button of document.querySelectorAll("[data-copy][hidden]")) button.hidden = !navigator.clipboard;
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  for (const button of document.querySelectorAll("[data-theme-switch]")) {
    // Without us, the server cannot know what "as the system" looks like here.
    const theme = document.documentElement.dataset.theme;
    button.setAttribute("formaction", `/theme/${(theme === "auto" ? dark : theme === "dark") ? "light" : "dark"}`);
  }
}

const kept = sessionStorage.getItem("toasts");
sessionStorage.removeItem("toasts");
if (kept?.trim()) document.getElementById("toasts").innerHTML = kept;
ready();
listen();
