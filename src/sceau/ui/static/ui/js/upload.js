// Documents go off as soon as they are chosen, dropped or pasted, one after the other, with progress, a pause, a way
// back after a broken line or a closed page, and an « Annuler » after taking one off. Without this script the same form
// sends them with its own button.
const { send, finish, abandon, Refused } = await import(`./pieces.js${new URL(import.meta.url).search}`);

const form = document.querySelector("form[data-draft]");
const area = form.querySelector("[data-attach]");
const picker = form.elements.file;
const queue = form.querySelector("[data-uploads]");
const model = form.querySelector("[data-upload-row]");
const seal = form.querySelector("[data-seal]");
const attached = area.querySelector("[data-attached]");
const ways = { attach: area.dataset.attach, pieces: form.dataset.pieces, token: form.elements.csrfmiddlewaretoken.value, offline: form.dataset.offline, locked: model.dataset.locked };
const items = [], UNDO = 6_000; // milliseconds
let current = null, leaving = false, wanted = null;

area.querySelector("[data-attach-button]").hidden = true;
area.querySelector(".drop").classList.add("on");
area.querySelector(".drop label").classList.add("b");
const megabytes = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });
const told = (octets) => megabytes.format(octets / 1e6);

function add(file, id = "") {
  const row = model.content.firstElementChild.cloneNode(true);
  const item = { file, row, id, done: 0 };
  row.querySelector("[data-name]").textContent = file.name;
  row.querySelector("progress").setAttribute("aria-label", file.name);
  row.querySelector("[data-cancel]").addEventListener("click", () => cancel(item));
  row.querySelector("[data-pause]").addEventListener("click", () => pause(item));
  row.querySelector("[data-resume]").addEventListener("click", () => resume(item));
  queue.append(row);
  const room = Number(attached.querySelector("[data-room]").dataset.room);
  const limit = Number(form.dataset.limit) || room;
  if (!id && file.size > Math.min(limit, room)) return fail(item, form.dataset.tooLarge);
  items.push(item);
  next();
}

function next() {
  if (current) return;
  current = items.find((item) => !item.paused);
  if (current) go(current);
}

async function go(item) {
  const { row } = item;
  item.control = new AbortController();
  const size = row.querySelector("[data-size]");
  try {
    const list = await send(item.file, item.id, ways, {
      begun: (id) => { item.id = id; },
      progress: (done) => {
        item.done = done;
        row.classList.remove("waiting");
        row.querySelector("progress").value = done / (item.file.size || 1);
        size.textContent = model.dataset.of.replace("%", told(done)).replace("%", `${told(item.file.size)} Mo`);
      },
      waiting: () => { row.classList.add("waiting"); size.textContent = model.dataset.waiting; },
    }, item.control.signal);
    show(list);
    leave(item);
  } catch (error) {
    if (error instanceof Refused) { leave(item, false); fail(item, error.message); }
    else if (!item.control.signal.aborted) throw error;
  } finally {
    if (current === item) current = null;
    next();
  }
}

function show(list) {
  attached.innerHTML = list;
  offer();
  form.dispatchEvent(new CustomEvent("sceau:changed", { detail: "soon" })); // what will happen may have changed
}

function leave(item, gone = true) {
  const place = items.indexOf(item);
  if (place >= 0) items.splice(place, 1);
  if (gone) item.row.remove();
}

function pause(item) {
  item.paused = true;
  item.control?.abort();
  state(item, model.dataset.paused);
}

function resume(item) {
  item.paused = false;
  state(item, "");
  next();
}

function state({ row, paused }, words) {
  row.querySelector("[data-pause]").hidden = paused;
  row.querySelector("[data-resume]").hidden = !paused;
  row.querySelector("[data-size]").textContent = words;
  row.querySelector(paused ? "[data-resume]" : "[data-pause]").focus();
}

function cancel(item) {
  item.control?.abort();
  leave(item);
  if (item.id) abandon(item.id, ways);
}

function fail({ row }, text) {
  row.classList.add("bad");
  row.querySelector("progress").remove();
  row.querySelector("[data-size]").textContent = "";
  for (const button of row.querySelectorAll("[data-pause], [data-resume]")) button.remove();
  row.querySelector("[data-name]").append(document.createElement("br"), text);
  row.setAttribute("role", "alert");
}

// What came in part before: the same file, given again, goes on from there.
function offer() {
  for (const part of attached.querySelectorAll("[data-part]")) {
    if (items.some(({ id }) => id === part.dataset.part)) { part.remove(); continue; }
    if (part.dataset.done === part.dataset.size) { finish(part.dataset.part, part.dataset.size, ways).then(show, () => {}); continue; }
    const again = part.querySelector("[data-again]");
    again.hidden = false;
    again.onclick = () => { wanted = part; picker.click(); };
  }
}

const same = (part, file) => Number(part.dataset.size) === file.size && part.dataset.name === file.name;

function take(files) {
  for (const file of files) {
    const part = [...attached.querySelectorAll("[data-part]")].find((each) => same(each, file));
    if (part) { add(file, part.dataset.part); part.remove(); }
    else if (wanted) wanted.querySelector(".small").textContent = model.dataset.wrong;
    else add(file);
  }
  wanted = null;
}

// Taking one off can be undone for a moment: it stays on the server until then.
const leavingRows = new Map();
async function detach(button) {
  leavingRows.delete(button);
  const body = new URLSearchParams({ csrfmiddlewaretoken: ways.token });
  await fetch(button.formAction, { method: "POST", body, headers: { Accept: "text/html" } });
  const page = await fetch(location.href, { headers: { Accept: "text/html" } }).then((answer) => answer.text());
  const fresh = new DOMParser().parseFromString(page, "text/html").querySelector("[data-attached]");
  if (fresh) show(fresh.innerHTML);
}

attached.addEventListener("click", (event) => {
  const button = event.target.closest("[data-detach]");
  if (!button) return;
  event.preventDefault();
  const row = button.closest("li");
  if (leavingRows.has(button)) {
    clearTimeout(leavingRows.get(button));
    leavingRows.delete(button);
    row.classList.remove("leaving");
    return;
  }
  row.classList.add("leaving");
  leavingRows.set(button, setTimeout(() => detach(button), UNDO));
});

picker.addEventListener("change", () => { take(picker.files); picker.value = ""; });
addEventListener("dragover", (event) => event.dataTransfer.types.includes("Files") && event.preventDefault());
addEventListener("drop", (event) => {
  if (!event.dataTransfer.files.length) return;
  event.preventDefault();
  take(event.dataTransfer.files);
});
addEventListener("paste", (event) => {
  if (!event.clipboardData?.files.length) return;
  event.preventDefault();
  take(event.clipboardData.files);
}, { capture: true });
form.addEventListener("submit", async (event) => {
  if (event.submitter !== seal || !(items.length || leavingRows.size)) return;
  event.preventDefault();
  if (items.length) form.querySelector("[data-saved]").textContent = seal.dataset.wait;
  else Promise.all([...leavingRows.keys()].map(detach)).then(() => form.requestSubmit(seal));
}, { capture: true });
addEventListener("beforeunload", (event) => current && !leaving && event.preventDefault());
document.addEventListener("sceau:lock", ({ detail }) => { // nobody is there to be asked; what arrives in time is kept
  leaving = true;
  items.splice(0, items.length, ...(current ? [current] : []));
  if (current) detail.push(new Promise((done) => setTimeout(done, 2_500)));
});
offer();
