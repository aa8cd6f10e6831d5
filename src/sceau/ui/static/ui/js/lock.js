// Empties the screen after the idle time and locks the session. Only human acts count: navigation (this script
// starts again), typing, pressing. Tabs tell each other, so that reading in one does not lock another at work.
// « Verrouiller » takes the same way: what is being typed is saved before the screen goes.
const form = document.querySelector("form[data-lock]");
const tabs = new BroadcastChannel("sceau");
const limit = Number(form?.dataset.lock) * 60_000;
let actedAt = Date.now();
let toldAt = 0;

function act() {
  actedAt = Date.now();
  if (actedAt - toldAt < 5_000) return;
  toldAt = actedAt;
  tabs.postMessage("act");
}

async function hide() {
  clearInterval(watch);
  const saving = [];
  document.dispatchEvent(new CustomEvent("sceau:lock", { detail: saving }));
  document.body.replaceChildren(form);
  document.title = "Sceau";
  form.hidden = true;
  await Promise.race([Promise.allSettled(saving), new Promise((done) => setTimeout(done, 3_000))]);
}

async function lock() {
  await hide();
  tabs.postMessage("lock");
  form.submit();
}

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  lock();
});
tabs.onmessage = ({ data }) => {
  if (data === "lock") hide().then(() => location.replace(form.dataset.locked));
  else actedAt = Date.now();
};
// A sleeping machine wakes with the time gone: compare with the clock, do not count ticks.
const watch = form && setInterval(() => Date.now() - actedAt >= limit && lock(), 1_000);
for (const kind of ["keydown", "pointerdown", "input"]) addEventListener(kind, act, { passive: true });
// The back button must not bring a page back from memory after the lock.
addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
