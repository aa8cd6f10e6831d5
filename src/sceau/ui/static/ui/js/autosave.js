// Saves a draft while it is written: a few seconds after a change, before leaving, before the lock. What was typed
// never leaves the form: a save that fails is tried again, one that was refused says so and lets the form be sent.
const form = document.querySelector("form[data-draft]");
const said = form.querySelector("[data-saved]");
const plan = document.querySelector("[data-plan]");
const WAIT = 3_000, AGAIN = 10_000, KEPT_ALIVE = 60_000; // octets that browsers let live after the page
let timer = 0, changes = 0, savedChanges = 0, running = null, stopped = false, sent = false;

const unsaved = () => changes !== savedChanges && !sent;

function later(delay) {
  clearTimeout(timer);
  timer = setTimeout(save, delay);
}

function body() {
  const data = new FormData(form);
  data.delete("file");
  return new URLSearchParams(data);
}

async function send(leaving) {
  const sentChanges = changes;
  const text = body();
  said.textContent = form.dataset.busy;
  const answer = await fetch(form.action, {
    method: "POST", body: text, redirect: "error", keepalive: leaving && String(text).length < KEPT_ALIVE,
    headers: { Accept: "application/json", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
  });
  const told = await answer.json();
  if (answer.ok || answer.status === 423) {
    savedChanges = sentChanges;
    form.elements.revision.value = told.revision;
    said.textContent = told.saved;
    if (told.plan !== undefined) plan.innerHTML = told.plan;
    if (answer.status === 423) location.assign(form.dataset.locked);
  } else if (answer.status === 429 || answer.status >= 500) {
    throw new Error(told.code);
  } else {
    stopped = true; // two versions, signed out, too long: only a person can choose; the form still holds everything
    said.textContent = told.text;
  }
}

async function save(leaving = false) {
  if (running) await running;
  if (!unsaved() || stopped) return;
  running = send(leaving).catch(() => {
    said.textContent = form.dataset.offline;
    later(AGAIN);
  });
  await running;
  running = null;
}

form.addEventListener("input", ({ target }) => {
  if (target.name === "file") return;
  changes += 1;
  later(WAIT);
});
form.addEventListener("submit", async (event) => {
  if (event.defaultPrevented) return;
  clearTimeout(timer);
  sent = true;
  if (!running) return;
  event.preventDefault(); // the save on its way gives the revision that this submit must carry
  await running;
  form.requestSubmit(event.submitter);
});
addEventListener("pageshow", () => { sent = false; });
// Going elsewhere saves first. Where that fails one stays, or is asked (`beforeunload`).
addEventListener("click", async (event) => {
  const link = event.target.closest?.("a[href]:not([download], [target])");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !unsaved()) return;
  event.preventDefault();
  await save();
  location.assign(link.href);
});
addEventListener("submit", async (event) => {
  if (event.target === form || "lock" in event.target.dataset || event.defaultPrevented || !unsaved()) return;
  event.preventDefault();
  await save();
  if (!unsaved()) event.target.requestSubmit(event.submitter);
}, { capture: true });
document.addEventListener("visibilitychange", () => document.hidden && save(true));
addEventListener("pagehide", () => save(true));
document.addEventListener("sceau:lock", ({ detail }) => detail.push(save(true).finally(() => { sent = true; })));
addEventListener("beforeunload", (event) => unsaved() && event.preventDefault());
