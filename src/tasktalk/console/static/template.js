// The phone beside the editor follows what is written: the server draws it, as it does without us.
const form = document.getElementById("editor");
let timer = 0;
let asked = 0;

async function follow() {
  const turn = ++asked;
  const body = new URLSearchParams(new FormData(form));
  body.set("do", "look");
  const answer = await fetch(form.getAttribute("action"), { method: "POST", body });
  if (!answer.ok || answer.redirected || turn !== asked) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (turn !== asked) return;
  for (const id of ["phone", "known", "size", "trouble"]) take(fresh, id);
  for (const id of ["samples", "rows"]) merge(fresh, id);
}

function take(fresh, id) {
  const next = fresh.getElementById(id);
  if (next) document.getElementById(id).replaceChildren(...next.childNodes);
}

// Rows that came or went; one that somebody is writing in is left alone.
function merge(fresh, id) {
  const old = document.getElementById(id);
  const next = fresh.getElementById(id);
  if (!next) return;
  for (const row of [...old.children]) {
    const kept = [...next.children].some(({ id: name }) => name === row.id);
    if (!kept && !row.contains(document.activeElement)) row.remove();
  }
  for (const row of [...next.children]) if (!document.getElementById(row.id)) old.append(row);
}

form.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(() => follow().catch(() => undefined), 150);
});
for (const button of form.querySelectorAll("[data-without-script]")) button.hidden = true;
