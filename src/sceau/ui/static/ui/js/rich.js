// « Mise en forme »: the letter as rich text. The plain text stays in its field, for whoever cannot show the rest and for
// a page without scripts; the editor itself (Squire) is fetched when somebody asks for it.
const { fragment, text } = await import(`./clean.js${new URL(import.meta.url).search}`);

const form = document.querySelector("form[data-draft]");
const plain = form.elements.body;
const html = form.elements.html;
const bar = form.querySelector("[data-rich]");
const toggle = bar.querySelector("[data-toggle]");
const tools = bar.querySelector("[data-tools]");
const box = document.createElement("div");
const ACTS = {
  bold: ["B", (on) => (on ? editor.removeBold() : editor.bold())],
  italic: ["I", (on) => (on ? editor.removeItalic() : editor.italic())],
  underline: ["U", (on) => (on ? editor.removeUnderline() : editor.underline())],
  list: ["UL", (on) => (on ? editor.removeList() : editor.makeUnorderedList())],
  numbers: ["OL", (on) => (on ? editor.removeList() : editor.makeOrderedList())],
  quote: ["BLOCKQUOTE", (on) => (on ? editor.decreaseQuoteLevel() : editor.increaseQuoteLevel())],
};
let editor = null, loading = null;

bar.hidden = false;

const escaped = (words) => words.replace(/[&<>]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[sign]);
const blocks = (words) => words.split("\n").map((line) => `<div>${escaped(line) || "<br>"}</div>`).join("");

function act(name, on) {
  if (name === "link") return form.dispatchEvent(new CustomEvent("sceau:link", { detail: editor })); // see link.js
  ACTS[name][1](on);
  editor.focus();
}

async function load() {
  const { default: Squire } = await import(form.dataset.squire);
  for (const [name, value] of Object.entries({ role: "textbox", class: "text rich", "aria-multiline": "true", "aria-label": plain.labels[0].textContent })) box.setAttribute(name, value);
  plain.after(box);
  editor = new Squire(box, { sanitizeToDOMFragment: fragment });
  for (const key of ["-h", "-1", "-2", "-3", "-5", "-6", "-shift-7"]) editor.setKeyHandler(`Ctrl${key}`, null);
  editor.addEventListener("input", written);
  for (const type of ["pathChange", "select", "cursor"]) editor.addEventListener(type, press);
}

function written() {
  html.value = box.querySelector("b, i, u, a, ul, ol, blockquote") ? editor.getHTML() : "";
  plain.value = text(box);
  plain.dispatchEvent(new Event("input", { bubbles: true }));
}

function press() {
  for (const button of tools.querySelectorAll("[data-act]")) button.setAttribute("aria-pressed", String(editor.hasFormat(ACTS[button.dataset.act]?.[0] ?? "A")));
}

async function turn(on, { focus = true } = {}) {
  const atEnd = plain.selectionStart === plain.value.length;
  if (on) {
    await (loading ??= load());
    editor.setHTML(html.value || blocks(plain.value));
  } else if (html.value) {
    html.value = "";
    plain.dispatchEvent(new Event("input", { bubbles: true }));
  }
  box.hidden = tools.hidden = !on;
  plain.hidden = on;
  toggle.setAttribute("aria-pressed", String(on));
  if (focus && on) (atEnd ? editor.moveCursorToEnd() : editor.moveCursorToStart()).focus();
  else if (focus) plain.focus();
}

// Words put in where the cursor stands: a template.
form.addEventListener("sceau:insert", ({ detail: words }) => {
  if (plain.hidden) { // never in place of what is selected
    const place = editor.getSelection();
    place.collapse(false);
    return editor.focus().setSelection(place).insertHTML(blocks(words));
  }
  plain.focus();
  plain.setRangeText(words, plain.selectionEnd, plain.selectionEnd, "end");
  plain.dispatchEvent(new Event("input", { bubbles: true }));
});

toggle.addEventListener("click", () => turn(plain.hidden === false));
tools.addEventListener("mousedown", (event) => event.target.closest("[data-act]") && event.preventDefault()); // the selection stays
tools.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-act]");
  if (!button) return;
  act(button.dataset.act, button.ariaPressed === "true");
  press();
});
form.addEventListener("keydown", (event) => {
  const name = { b: "bold", i: "italic", u: "underline", k: "link" }[event.key.toLowerCase()];
  if (!name || event.altKey || event.shiftKey || !(event.ctrlKey || event.metaKey) || ![plain, box].includes(event.target)) return;
  if (event.target === box && name !== "link") return; // the editor's own
  event.preventDefault();
  if (event.target === box) act(name);
  else turn(true).then(() => act(name, false));
});
form.elements.html_of?.remove(); // from here on both are written together
if (html.value) turn(true, { focus: false });
