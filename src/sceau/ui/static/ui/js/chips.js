// Recipients as chips. What is in a chip travels in its hidden field, what is being typed in the text field, so the
// form is the same as without this script. An address that is none stays a chip too, with the reason below.
const version = new URL(import.meta.url).search; // browsers keep what they fetch: never the old one
const { isAddress, read } = await import(`./addresses.js${version}`);
const { complete } = await import(`./complete.js${version}`);

const form = document.querySelector("form[data-draft]");
const fields = [...form.querySelectorAll("[data-people]")].map(Field);
const known = new Map(); // what the server said of an address
let dragged = null;

function Field(line) {
  const input = line.querySelector("input[type=text]");
  const field = { line, input, name: input.name };
  for (const old of line.querySelectorAll("label.to")) old.replaceWith(chip(field, old.querySelector("input").value, old));
  field.menu = complete(input, form.dataset.people, (person) => {
    known.set(person.address, { ...person, kind: person.chip, refused: false });
    take(field, person.address);
  });
  input.addEventListener("keydown", (event) => typed(field, event));
  input.addEventListener("paste", (event) => pasted(field, event));
  input.addEventListener("blur", () => setTimeout(() => document.activeElement !== input && commit(field), 150));
  line.addEventListener("dragover", (event) => dragged && event.preventDefault());
  line.addEventListener("drop", (event) => dropped(field, event));
  line.addEventListener("click", ({ target }) => target === line && input.focus());
  return field;
}

function chip(field, address, old) {
  const made = form.querySelector("[data-chip]").content.firstElementChild.cloneNode(true);
  const remove = made.querySelector("button");
  const label = old?.querySelector("span")?.textContent ?? address;
  made.dataset.address = made.querySelector("input").value = made.title = address;
  made.querySelector("input").name = field.name;
  show(made, { name: label, refused: old?.classList.contains("refused"), kind: old?.querySelector(".chip")?.textContent });
  remove.addEventListener("click", () => drop(made));
  remove.addEventListener("keydown", (event) => moved(made, event));
  made.querySelector("[data-name]").addEventListener("click", () => edit(made));
  made.addEventListener("dragstart", (event) => {
    dragged = made;
    event.dataTransfer.setData("text/plain", address);
  });
  made.addEventListener("dragend", () => { dragged = null; });
  return made;
}

function show(made, { name, kind, refused, text }) {
  const bad = !isAddress(made.dataset.address);
  made.classList.toggle("refused", bad || Boolean(refused));
  made.querySelector("[data-name]").textContent = name || made.dataset.address;
  const state = made.querySelector(".chip");
  state.className = `chip ${bad || refused ? "warn" : "home"}`;
  state.textContent = bad ? form.dataset.incomplete : refused ? form.dataset.refused : kind ?? "";
  state.hidden = !state.textContent;
  if (text) made.title = `${made.dataset.address}. ${text}`;
  made.querySelector("button").setAttribute("aria-label", form.dataset.remove.replace("%", name || made.dataset.address));
}

const owner = (made) => fields.find((field) => field.line.contains(made));
const chips = (field) => [...field.line.querySelectorAll(".to")];
const has = (address) => fields.some((field) => chips(field).some((made) => made.dataset.address === address));

function take(field, ...addresses) {
  for (const address of addresses) {
    if (has(address)) continue;
    const made = chip(field, address);
    field.input.before(made);
    if (known.has(address)) show(made, known.get(address));
  }
  field.input.value = "";
  field.menu.close();
  changed(field);
}

function changed(field) {
  const bad = chips(field).map((made) => made.dataset.address).filter((text) => !isAddress(text));
  const reason = field.line.querySelector("[data-reason]");
  reason.textContent = bad.length ? form.dataset.notAddress.replace("%", bad.join(", ")) : "";
  reason.hidden = !bad.length;
  field.input.placeholder = chips(field).length ? "" : field.input.dataset.placeholder ?? "";
  form.dispatchEvent(new CustomEvent("sceau:changed", { detail: "soon" }));
}

function commit(field) {
  const found = read(field.input.value);
  if (found.length) take(field, ...found.map((text) => (isAddress(text) ? text.toLowerCase() : text)));
}

function drop(made) {
  const field = owner(made);
  (made.nextElementSibling?.querySelector("button") ?? field.input).focus();
  made.remove();
  changed(field);
}

function edit(made) {
  const field = owner(made);
  commit(field);
  field.input.value = made.dataset.address;
  made.remove();
  changed(field);
  field.input.focus();
  field.input.select();
}

function move(made, field) {
  if (!field || field === owner(made)) return;
  const from = owner(made);
  made.querySelector("input").name = field.name;
  field.input.before(made);
  changed(from);
  changed(field);
}

function typed(field, event) {
  if (event.isComposing || event.ctrlKey || event.metaKey) return;
  const { key, target: { value, selectionEnd } } = event;
  if (field.menu.key(event)) return;
  if ((["Enter", ",", ";"].includes(key) || (key === "Tab" && !event.shiftKey)) && value.trim()) {
    if (key !== "Tab") event.preventDefault(); // Tab goes on to the next field
    commit(field);
  } else if (key === "Enter") event.preventDefault(); // never the form's first button
  else if (key === "Backspace" && !value && chips(field).length) {
    event.preventDefault();
    edit(chips(field).at(-1));
  } else if (key === "ArrowLeft" && !selectionEnd) chips(field).at(-1)?.querySelector("button").focus();
}

function moved(made, event) {
  const next = { ArrowLeft: made.previousElementSibling, ArrowRight: made.nextElementSibling }[event.key];
  if (event.altKey && ["ArrowUp", "ArrowDown"].includes(event.key)) {
    event.preventDefault();
    move(made, fields.find((field) => field !== owner(made)));
    event.target.focus();
  } else if (next) (next.querySelector?.("button") ?? next).focus();
  else if (["Backspace", "Delete"].includes(event.key)) drop(made);
}

function pasted(field, event) {
  const text = event.clipboardData.getData("text/plain");
  if (!/[@,;\n]/.test(text) || field.input.value) return;
  event.preventDefault();
  field.input.value = text;
  commit(field);
}

function dropped(field, event) {
  if (!dragged) return;
  event.preventDefault();
  event.stopPropagation();
  move(dragged, field);
}

form.addEventListener("sceau:saved", ({ detail }) => {
  for (const [address, person] of Object.entries(detail.people ?? {})) known.set(address, person);
  for (const made of fields.flatMap(chips)) if (known.has(made.dataset.address)) show(made, known.get(made.dataset.address));
});
form.addEventListener("submit", () => fields.forEach(commit), { capture: true });
