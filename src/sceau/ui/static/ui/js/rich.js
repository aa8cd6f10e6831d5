// « Mise en forme »: the letter as rich text. The plain text stays in its field, for whoever cannot show the rest and for
// a page without scripts; the editor itself (Squire) is fetched when somebody asks for it.
const { fragment, text } = await import(`./clean.js${new URL(import.meta.url).search}`);

const form = document.querySelector("form[data-draft]");
const plain = form.elements.body;
const html = form.elements.html;
const bar = form.querySelector("[data-rich]");
const toggle = bar.querySelector("[data-toggle]");
const tools = bar.querySelector("[data-tools]");
const link = bar.querySelector("[data-link]");
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

Object.assign(box, { className: "text rich", hidden: true });
for (const [name, value] of Object.entries({ role: "textbox", "aria-multiline": "true", "aria-label": plain.labels[0].textContent, "aria-describedby": toggle.id })) box.setAttribute(name, value);
plain.after(box);
bar.hidden = false;

const escaped = (words) => words.replace(/[&<>]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[sign]);
const blocks = (words) => words.split("\n").map((line) => `<div>${escaped(line) || "<br>"}</div>`).join("");

async function load() {
  const { default: Squire } = await import(form.dataset.squire);
  editor = new Squire(box, { sanitizeToDOMFragment: fragment });
  for (const key of ["-h", "-1", "-2", "-3", "-5", "-6", "-shift-7"]) editor.setKeyHandler(`Ctrl${key}`, null);
  for (const type of ["input", "pathChange"]) editor.addEventListener(type, type === "input" ? written : press);
  editor.addEventListener("select", press);
  editor.addEventListener("cursor", press);
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
  const caret = plain.selectionStart === plain.value.length;
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
  if (!focus) return;
  if (!on) plain.focus();
  else if (caret) editor.moveCursorToEnd().focus();
  else editor.moveCursorToStart().focus();
}

// Words put in where the cursor stands: a template.
form.addEventListener("sceau:insert", ({ detail: words }) => {
  if (plain.hidden) return editor.focus().insertHTML(blocks(words));
  plain.focus();
  plain.setRangeText(words, plain.selectionStart, plain.selectionEnd, "end");
  plain.dispatchEvent(new Event("input", { bubbles: true }));
});

function ask() {
  link.hidden = false;
  const there = editor.getSelection().commonAncestorContainer.parentElement?.closest("a");
  link.querySelector("input").value = there?.href ?? "";
  link.querySelector("input").focus();
}

function tie() {
  const typed = link.querySelector("input").value.trim();
  link.hidden = true;
  editor.focus();
  if (!typed) editor.removeLink();
  else editor.makeLink(typed.includes("@") && !/^\w+:/.test(typed) ? `mailto:${typed}` : /^(https?|mailto):/i.test(typed) ? typed : `https://${typed}`);
}

toggle.addEventListener("click", () => turn(plain.hidden === false));
tools.addEventListener("mousedown", (event) => event.target.closest("[data-act]") && event.preventDefault()); // the selection stays
tools.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-act]");
  if (button?.dataset.act === "link") ask();
  else if (button) ACTS[button.dataset.act][1](button.ariaPressed === "true");
  if (button && button.dataset.act !== "link") { editor.focus(); press(); }
  if (target.closest("[data-tie]")) tie();
});
link.addEventListener("keydown", (event) => {
  if (!["Enter", "Escape"].includes(event.key)) return;
  event.preventDefault();
  event.stopPropagation();
  if (event.key === "Enter") tie();
  else { link.hidden = true; editor.focus(); }
});
form.addEventListener("keydown", (event) => {
  const act = { b: "bold", i: "italic", u: "underline", k: "link" }[event.key.toLowerCase()];
  if (!act || event.altKey || event.shiftKey || !(event.ctrlKey || event.metaKey) || (event.target !== plain && act !== "link") || ![plain, box].includes(event.target)) return;
  event.preventDefault();
  if (event.target === plain) turn(true).then(() => (act === "link" ? ask() : ACTS[act][1](false)));
  else ask();
});
form.elements.html_of?.remove(); // from here on both are written together
if (html.value) turn(true, { focus: false });
