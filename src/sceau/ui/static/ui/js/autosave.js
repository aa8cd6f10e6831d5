// Saves a draft while it is written: a few seconds after a change, before leaving, before the lock. What was typed
// never leaves the form: a save that fails is tried again, one that was refused says so and lets the form be sent.
// Nothing is written to the browser's own storage: phones keep nothing.
const form = document.querySelector("form[data-draft]");
const said = form.querySelector("[data-saved]");
const plan = document.querySelector("[data-plan]");
const WAIT = 3_000, SOON = 400, AGAIN = 10_000, KEPT_ALIVE = 60_000; // octets that browsers let live after the page
let timer = 0, changes = 0, savedChanges = 0, running = null, stopped = false, sent = false, failing = false;

const unsaved = () => changes !== savedChanges && !sent;
const large = () => new Blob([String(body())]).size > KEPT_ALIVE;

function later(delay) {
  clearTimeout(timer);
  timer = setTimeout(save, delay);
}

function body() {
  const data = new FormData(form);
  data.delete("file");
  data.delete("confirmed");
  return new URLSearchParams(data);
}

async function send(leaving) {
  const sentChanges = changes;
  const text = body();
  said.textContent = failing && navigator.onLine ? form.dataset.back : form.dataset.busy;
  const answer = await fetch(form.action, {
    method: "POST", body: text, redirect: "error", keepalive: leaving && String(text).length < KEPT_ALIVE,
    headers: { Accept: "application/json", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
  });
  const told = await answer.json();
  if (answer.ok || answer.status === 423) {
    savedChanges = sentChanges;
    failing = false;
    form.elements.revision.value = told.revision;
    said.textContent = told.saved;
    if (told.plan !== undefined) plan.innerHTML = told.plan;
    form.dispatchEvent(new CustomEvent("sceau:saved", { detail: told }));
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
    failing = true;
    said.textContent = form.dataset.offline;
    later(AGAIN);
  });
  await running;
  running = null;
}

// The page goes now: what is on its way cannot be waited for, so these words say that they come after it.
function flush() {
  if (!unsaved() || stopped || large()) return;
  const text = body();
  text.set("leaving", "1");
  if (navigator.sendBeacon(form.action, text)) sent = true;
}

function changed(delay) {
  changes += 1;
  later(large() ? Math.min(delay, SOON) : delay); // more than a closing page may send: keep it small by saving at once
}

form.addEventListener("input", ({ target }) => target.name && target.name !== "file" && changed(WAIT));
form.addEventListener("change", ({ target }) => target.closest(".options") && later(SOON));
form.addEventListener("sceau:changed", () => changed(SOON));
form.addEventListener("sceau:save", () => {
  if (!unsaved()) changes += 1;
  save();
});
addEventListener("online", () => unsaved() && save());
addEventListener("offline", () => {
  if (unsaved()) said.textContent = form.dataset.offline;
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
  const link = event.target.closest?.("a[href]:not([download], [target], [href^='#'])");
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
addEventListener("pagehide", flush);
document.addEventListener("sceau:lock", ({ detail }) => detail.push(save(true).finally(() => { sent = true; })));
// Asked only where the words cannot go along by themselves.
addEventListener("beforeunload", (event) => unsaved() && (failing || stopped || !navigator.onLine || large()) && event.preventDefault());
