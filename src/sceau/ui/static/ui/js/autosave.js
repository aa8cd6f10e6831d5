// Saves a draft while it is written: a few seconds after a change, however long one types. What was typed never leaves
// the form: a save that fails is tried again, one that was refused says so and lets the form be sent. Nothing is written
// to the browser's own storage: phones keep nothing. `leaving.js` saves when the page goes.
const form = document.querySelector("form[data-draft]");
const said = form.querySelector("[data-saved]");
const plan = document.querySelector("[data-plan]");
const WAIT = 3_000, LONGEST = 6_000, SOON = 400, AGAIN = 10_000, KEPT_ALIVE = 60_000; // octets that browsers let live after the page
let timer = 0, due = Infinity, first = 0, changes = 0, savedChanges = 0, running = null, stopped = false, sent = false, failing = false;

export const unsaved = () => changes !== savedChanges && !sent;
export const large = () => new Blob([String(body())]).size > KEPT_ALIVE;
export const asks = () => unsaved() && (failing || stopped || !navigator.onLine || large());
export const refused = () => stopped;
export const leave = (gone) => { clearTimeout(timer); sent = gone; };

// Some time after the last change, but never long after the first one that is not saved; what should be soon stays soon.
function later(delay) {
  const now = Date.now();
  first ||= now;
  due = due - now <= SOON ? Math.min(due, now + delay) : Math.min(now + delay, first + LONGEST);
  clearTimeout(timer);
  timer = setTimeout(save, Math.max(0, due - now));
}

export function body() {
  const data = new FormData(form);
  data.delete("file");
  data.delete("confirmed");
  return new URLSearchParams(data);
}

function told(answer, words, sentChanges) {
  savedChanges = sentChanges;
  failing = false;
  form.elements.revision.value = words.revision;
  said.textContent = words.saved;
  if (words.plan !== undefined) plan.innerHTML = words.plan;
  form.dispatchEvent(new CustomEvent("sceau:saved", { detail: words }));
  if (answer.status === 423) location.assign(form.dataset.locked);
}

async function send(leaving) {
  const sentChanges = changes, text = body();
  [first, due] = [0, Infinity];
  said.textContent = failing && navigator.onLine ? form.dataset.online : form.dataset.busy;
  const answer = await fetch(form.action, {
    method: "POST", body: text, redirect: "error", keepalive: leaving && String(text).length < KEPT_ALIVE,
    headers: { Accept: "application/json", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
  });
  const words = await answer.json();
  if (answer.ok || answer.status === 423) return told(answer, words, sentChanges);
  if (answer.status === 429 || answer.status >= 500) throw new Error(words.code);
  stopped = true; // two versions, signed out, too long: only a person can choose; the form still holds everything
  said.textContent = words.text;
}

export async function save(leaving = false) {
  if (running) await running;
  if (!unsaved() || stopped) return;
  running = send(leaving).catch(() => {
    failing = true;
    said.textContent = form.dataset.unsaved;
    [first, due] = [Date.now() + AGAIN, Infinity];
    later(AGAIN);
  });
  await running;
  running = null;
}

function changed(delay) {
  changes += 1;
  later(large() ? Math.min(delay, SOON) : delay); // more than a closing page may send: keep it small by saving at once
}

form.addEventListener("input", ({ target }) => target.name && target.name !== "file" && changed(WAIT));
form.addEventListener("change", ({ target }) => target.closest(".options") && changed(SOON));
form.addEventListener("sceau:changed", () => changed(SOON));
form.addEventListener("sceau:save", () => {
  if (!unsaved()) changes += 1;
  save();
});
addEventListener("online", () => unsaved() && save());
addEventListener("offline", () => {
  if (unsaved()) said.textContent = form.dataset.unsaved;
});
form.addEventListener("submit", async (event) => {
  if (event.defaultPrevented) return;
  leave(true);
  if (!running) return;
  event.preventDefault(); // the save on its way gives the revision that this submit must carry
  await running;
  form.requestSubmit(event.submitter);
});
