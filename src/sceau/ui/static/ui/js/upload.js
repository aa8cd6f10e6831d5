// Sends documents one after the other, with progress, a pause, and a way back after a broken line or a closed page.
// Without this script the same form sends them with its own button. `files.js` says which, `pieces.js` how.
const pieces = import(`./pieces.js${new URL(import.meta.url).search}`); // not waited for: a file may be chosen at once

const form = document.querySelector("form[data-draft]");
const [attached, queue, model, seal] = ["attached", "uploads", "upload-row", "seal"].map((name) => form.querySelector(`[data-${name}]`));
const ways = { attach: form.querySelector("[data-attach]").dataset.attach, pieces: form.dataset.pieces, token: form.elements.csrfmiddlewaretoken.value, offline: form.dataset.unsaved, locked: model.dataset.locked, wrong: model.dataset.wrong };
const number = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });
const items = [];
let current = null, leaving = false;

function add(file, id) {
  const row = model.content.firstElementChild.cloneNode(true);
  const item = { file, row, id };
  row.querySelector("[data-name]").textContent = file.name;
  row.querySelector("progress").setAttribute("aria-label", file.name);
  for (const [name, act] of Object.entries({ cancel, pause: (it) => hold(it, true), resume: (it) => hold(it, false) })) row.querySelector(`[data-${name}]`).onclick = () => act(item);
  queue.append(row);
  const { room } = attached.querySelector("[data-room]").dataset;
  if (!id && file.size > Math.min(Number(form.dataset.limit) || room, room)) return fail(item, form.dataset.tooLarge);
  items.push(item);
  next();
}

function next() {
  current ??= items.find((item) => !item.paused) ?? null;
  if (current && !current.control) go(current);
}

function progress(item, done) {
  item.row.classList.remove("waiting");
  item.row.querySelector("progress").value = done / (item.file.size || 1);
  say(item, [done, item.file.size].reduce((text, octets) => text.replace("%", number.format(octets / 1e6)), model.dataset.of));
}

async function go(item) {
  const { signal } = item.control = new AbortController();
  try {
    show(await (await pieces).send(item.file, item.id, ways, {
      begun: (id) => { item.id = id; },
      progress: (done) => progress(item, done),
      waiting: () => { item.row.classList.add("waiting"); say(item, model.dataset.waiting); },
    }, signal), item);
  } catch (error) {
    if (!signal.aborted) fail(item, error.refused ? error.message : form.dataset.unsaved);
  }
  item.control = current = null;
  next();
}

function show(list, item) {
  attached.innerHTML = list;
  if (item) forget(item).remove();
  for (const other of items) hide(other, true);
  form.dispatchEvent(new CustomEvent("sceau:attached"));
  form.dispatchEvent(new CustomEvent("sceau:changed")); // what will happen may be something else now
}

const forget = (item) => items.splice(0, items.length, ...items.filter((other) => other !== item)) && item.row;
const hide = ({ id }, on) => attached.querySelector(`[data-part="${id || "-"}"]`)?.toggleAttribute("hidden", on); // a row of its own
const say = ({ row }, text) => { row.querySelector("[data-size]").textContent = text; };
function hold(item, paused) {
  item.paused = paused;
  item.row.querySelector("[data-pause]").hidden = paused;
  item.row.querySelector("[data-resume]").hidden = !paused;
  item.row.querySelector(paused ? "[data-resume]" : "[data-pause]").focus();
  say(item, paused ? model.dataset.paused : "");
  item.control?.abort();
  next();
}

function cancel(item) {
  forget(item).remove();
  item.control?.abort();
  if (item.id) pieces.then(({ abandon }) => abandon(item.id, ways)).catch(() => {}); // else it is given up in a day
}
function fail(item, text) {
  const row = forget(item);
  hide(item, false);
  row.classList.add("bad");
  say(item, "");
  for (const part of row.querySelectorAll("progress, [data-pause], [data-resume]")) part.remove();
  row.querySelector("[data-name]").append(document.createElement("br"), text);
  row.setAttribute("role", "alert");
}

for (const { dataset: { part, size, done } } of attached.querySelectorAll("[data-part]")) if (done === size) pieces.then(({ finish }) => finish(part, size, ways)).then(show, () => {});
form.addEventListener("sceau:file", ({ detail }) => add(detail.file, detail.id));
form.addEventListener("submit", (event) => {
  if (event.submitter !== seal || !items.length) return;
  event.preventDefault();
  form.querySelector("[data-saved]").textContent = seal.dataset.wait;
});
addEventListener("beforeunload", (event) => current && !leaving && event.preventDefault());
document.addEventListener("sceau:lock", ({ detail }) => { // nobody is there to be asked; what arrives in time is kept
  leaving = true;
  if (current) detail.push(new Promise((done) => setTimeout(done, 2_500)));
});
