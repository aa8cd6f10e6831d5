// Between chips by arrow keys, between « À » and « Copie » by Alt and an arrow or by dragging; Delete takes one off.
const form = document.querySelector("form[data-draft]");
const lines = [...form.querySelectorAll("[data-people]")];
let dragged = null;

function move(made, line) {
  const from = made.closest("[data-people]"), input = line?.querySelector("input[type=text]");
  if (!line || line === from) return;
  made.querySelector("input").name = input.name;
  input.before(made);
  for (const each of [from, line]) each.dispatchEvent(new CustomEvent("sceau:moved", { bubbles: true }));
}

form.addEventListener("keydown", (event) => {
  const made = event.target.closest(".to button")?.parentElement;
  if (!made) return;
  const next = { ArrowLeft: made.previousElementSibling, ArrowRight: made.nextElementSibling }[event.key];
  if (event.altKey && ["ArrowUp", "ArrowDown"].includes(event.key)) {
    event.preventDefault();
    move(made, lines.find((line) => !line.contains(made)));
    event.target.focus();
  } else if (["Backspace", "Delete"].includes(event.key)) event.target.click();
  else (next?.querySelector("button") ?? (next?.tagName === "INPUT" ? next : null))?.focus();
});
form.addEventListener("dragstart", ({ target }) => { dragged = target.closest?.(".to"); });
form.addEventListener("dragend", () => { dragged = null; });
for (const line of lines) {
  line.addEventListener("dragover", (event) => dragged && event.preventDefault());
  line.addEventListener("drop", (event) => {
    if (!dragged) return;
    event.preventDefault();
    event.stopPropagation();
    move(dragged, line);
  });
}
