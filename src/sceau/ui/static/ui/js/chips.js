// Recipients as chips. What is in a chip travels in its hidden field, what is being typed in the text field, so the
// form is the same as without this script. An address that is none stays a chip too, with the reason below.
const version = new URL(import.meta.url).search; // browsers keep what they fetch: never the old one
const { isAddress, read } = await import(`./addresses.js${version}`);
const chip = await import(`./chip.js${version}`);
const { complete } = await import(`./complete.js${version}`);

const form = document.querySelector("form[data-draft]");
const known = new Map(); // what the server said of an address
const fields = [...form.querySelectorAll("[data-people]")].map(begin);

function begin(line) {
  const input = line.querySelector("input[type=text]");
  const field = { line, input, hint: input.placeholder, menu: complete(input, form.dataset.people, chosen) };
  function chosen(person) {
    known.set(person.address, { ...person, kind: person.chip });
    take(field, [person.address]);
  }
  if (chip.read(line, wired)) input.placeholder = "";
  input.addEventListener("keydown", (event) => typed(field, event));
  input.addEventListener("paste", (event) => pasted(field, event));
  input.addEventListener("blur", () => setTimeout(() => document.activeElement !== input && commit(field), 150)); // after a choice
  line.addEventListener("click", ({ target }) => target === line && input.focus());
  return field;
}

function wired(made) {
  for (const [part, act] of [["button", remove], ["[data-name]", edit]]) made.querySelector(part).onclick = () => act(made);
  return made;
}
const owner = (made) => fields.find((field) => field.line.contains(made));
const chips = (field) => [...field.line.querySelectorAll(".to")];

function take(field, addresses) {
  const there = fields.flatMap(chips).map((made) => made.dataset.address);
  for (const address of new Set(addresses.filter((text) => !there.includes(text)))) {
    const made = wired(chip.make(address, field.input.name));
    chip.show(made, known.get(address));
    field.input.before(made);
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
  field.input.placeholder = chips(field).length ? "" : field.hint;
  form.dispatchEvent(new CustomEvent("sceau:changed"));
}

function commit(field) {
  if (field.input.value.trim()) take(field, read(field.input.value).map((text) => (isAddress(text) ? text.toLowerCase() : text)));
}

function remove(made) {
  const field = owner(made), next = made.nextElementSibling;
  made.remove();
  changed(field);
  (next.querySelector("button") ?? field.input).focus();
}

function edit(made) {
  const { input } = owner(made);
  commit(owner(made)); // what stands there already
  remove(made);
  input.value = made.dataset.address;
  input.focus();
  input.select();
}

function typed(field, event) {
  const { key, target: { value, selectionEnd } } = event, last = chips(field).at(-1);
  if (event.isComposing || event.ctrlKey || event.metaKey || field.menu.key(event)) return;
  if (value.trim() && (["Enter", ",", ";"].includes(key) || (key === "Tab" && !event.shiftKey))) {
    if (key !== "Tab") event.preventDefault(); // Tab goes on to the next field
    commit(field);
  } else if (key === "Enter") event.preventDefault(); // never the form's first button
  else if (key === "Backspace" && !value && last) event.preventDefault(edit(last));
  else if (key === "ArrowLeft" && !selectionEnd) last?.querySelector("button").focus();
}

function pasted(field, event) {
  const text = event.clipboardData.getData("text/plain");
  if (field.input.value || !/[@,;\n]/.test(text)) return;
  event.preventDefault();
  field.input.value = text.replaceAll("\n", ","); // a field of one line would join the lines
  commit(field);
}

form.addEventListener("sceau:saved", ({ detail }) => {
  for (const [address, person] of Object.entries(detail.people ?? {})) known.set(address, person);
  for (const made of fields.flatMap(chips)) if (known.has(made.dataset.address)) chip.show(made, known.get(made.dataset.address));
});
form.addEventListener("sceau:moved", ({ target }) => fields.forEach((field) => field.line.contains(target) && changed(field)));
form.addEventListener("submit", () => fields.forEach(commit), { capture: true });
