// Where a link of the letter leads: asked in a field beside the toolbar. An empty one takes the link away.
const form = document.querySelector("form[data-draft]");
const box = form.querySelector("[data-link]");
const field = box.querySelector("input");
let editor = null;

const address = (typed) => {
  if (/^(https?:\/\/|mailto:)/i.test(typed)) return typed;
  return typed.includes("@") ? `mailto:${typed}` : `https://${typed}`;
};

function close(tied) {
  const typed = field.value.trim();
  box.hidden = true;
  editor.focus();
  if (tied && typed) editor.makeLink(address(typed));
  else if (tied) editor.removeLink();
}

form.addEventListener("sceau:link", ({ detail }) => {
  editor = detail;
  const { startContainer: place } = editor.getSelection();
  field.value = (place.closest ? place : place.parentElement).closest("a")?.getAttribute("href") ?? "";
  box.hidden = false;
  field.focus();
});
box.querySelector("[data-tie]").addEventListener("click", () => close(true));
box.addEventListener("keydown", (event) => {
  if (!["Enter", "Escape"].includes(event.key)) return;
  event.preventDefault();
  event.stopPropagation();
  close(event.key === "Enter");
});
