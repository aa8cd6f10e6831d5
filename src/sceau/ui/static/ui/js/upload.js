// Sends documents one after the other as soon as they are chosen or dropped, with progress and a way to cancel.
// Without this script the same form sends them with its own button.
const form = document.querySelector("form[data-draft]");
const area = form.querySelector("[data-attach]");
const picker = form.elements.file;
const queue = form.querySelector("[data-uploads]");
const model = form.querySelector("[data-upload-row]");
const seal = form.querySelector("[data-seal]");
const attached = area.querySelector("[data-attached]");
const waiting = [];
let current = null, leaving = false;

area.querySelector("[data-attach-button]").hidden = true;
area.querySelector(".drop").classList.add("on");
area.querySelector(".drop label").classList.add("b");

function add(file) {
  const row = model.content.firstElementChild.cloneNode(true);
  const item = { file, row, request: new XMLHttpRequest() };
  row.querySelector("[data-name]").textContent = file.name;
  row.querySelector("progress").setAttribute("aria-label", file.name);
  row.querySelector("[data-cancel]").addEventListener("click", () => cancel(item));
  queue.append(row);
  if (file.size > Number(attached.querySelector("[data-room]").dataset.room)) return fail(row, form.dataset.tooLarge);
  waiting.push(item);
  next();
}

function cancel(item) {
  const place = waiting.indexOf(item);
  if (place >= 0) waiting.splice(place, 1);
  item.row.remove();
  item.request.abort();
}

function next() {
  if (current || !waiting.length) return;
  const { file, row, request } = current = waiting.shift();
  const data = new FormData();
  data.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  data.append("file", file);
  request.upload.onprogress = ({ loaded, total }) => {
    row.querySelector("progress").value = loaded / total;
    row.querySelector("[data-size]").textContent = `${Math.round((100 * loaded) / total)} %`;
  };
  request.onload = () => finish(row, request);
  request.onerror = () => fail(row, form.dataset.offline);
  request.onloadend = () => { current = null; next(); };
  request.open("POST", area.dataset.attach);
  request.setRequestHeader("Accept", "application/json, text/html");
  request.setRequestHeader("X-CSRFToken", form.elements.csrfmiddlewaretoken.value);
  request.send(data);
}

function finish(row, request) {
  if (request.status === 200 && !request.responseURL.includes("/connexion")) {
    attached.innerHTML = request.responseText;
    row.remove();
  } else {
    fail(row, said(request));
  }
}

function said(request) {
  try { return JSON.parse(request.responseText).text; } catch { return form.dataset.offline; }
}

function fail(row, text) {
  row.classList.add("bad");
  row.querySelector("progress").remove();
  row.querySelector("[data-size]").textContent = "";
  row.querySelector("[data-name]").append(document.createElement("br"), text);
  row.setAttribute("role", "alert");
}

function take(files) {
  for (const file of files) add(file);
}

picker.addEventListener("change", () => { take(picker.files); picker.value = ""; });
form.addEventListener("dragover", (event) => event.preventDefault());
form.addEventListener("drop", (event) => {
  if (!event.dataTransfer.files.length) return;
  event.preventDefault();
  take(event.dataTransfer.files);
});
form.addEventListener("submit", (event) => {
  if (!current || event.submitter !== seal) return;
  event.preventDefault();
  form.querySelector("[data-saved]").textContent = seal.dataset.wait;
});
addEventListener("beforeunload", (event) => current && !leaving && event.preventDefault());
document.addEventListener("sceau:lock", ({ detail }) => { // nobody is there to be asked; what arrives in time is kept
  leaving = true;
  waiting.length = 0;
  if (current) detail.push(new Promise((done) => current.request.addEventListener("loadend", done)));
});
