// A file that is chosen, or dropped on its card, is sent at once; one too large is told before it travels.
const form = () => document.querySelector("form.upload");

function tell(words) {
  const told = document.createElement("p");
  told.className = "wrong";
  told.setAttribute("role", "alert");
  told.textContent = words;
  form().parentElement.querySelector(".wrong")?.remove();
  form().before(told);
}

function send() {
  const file = form().file.files[0];
  if (!file) return;
  const most = Number(form().dataset.most);
  if (most && file.size > most) {
    form().reset();
    return tell(form().dataset.tooLarge);
  }
  form().requestSubmit(form().querySelector("button"));
}

document.addEventListener("change", ({ target }) => target.form === form() && target.type === "file" && send());
document.addEventListener("dragover", (event) => {
  if (form() && event.target.closest("#files") && event.dataTransfer.types.includes("Files")) event.preventDefault();
});
document.addEventListener("drop", (event) => {
  if (!form() || !event.target.closest("#files") || !event.dataTransfer.files.length) return;
  event.preventDefault();
  form().file.files = event.dataTransfer.files;
  send();
});
