// Empties the screen after the idle time and locks the session. Only human acts count: navigation (this script starts
// again), typing, pressing. Tabs tell each other: reading in one does not lock another at work.
// « Verrouiller » takes the same way: what is being typed is saved before the screen goes. « Masquer », or Escape twice,
// covers it: one press brings it back, for two minutes; then it locks (decision 0021).
const form = document.querySelector("form[data-lock]");
const veil = document.querySelector("dialog[data-veil]");
const tabs = new BroadcastChannel("sceau");
const limit = Number(form?.dataset.lock) * 60_000;
const COVERED = 120_000, TWICE = 600, PLACE = "sceau-place", PANES = [".rows", ".read", "html"];
const here = () => location.pathname + location.search, arrivedAt = here();
let actedAt = Date.now(), toldAt = 0, coveredAt = 0, escapedAt = -Infinity, left = false, title = "";

function act() {
  actedAt = Date.now();
  if (actedAt - toldAt < 5_000) return;
  toldAt = actedAt;
  tabs.postMessage("act");
}

function cover(tell = true) {
  if (coveredAt || !veil || left) return;
  coveredAt = Date.now();
  title = document.title;
  document.title = "Sceau";
  veil.showModal(); // above everything, other dialogs too; nothing beneath is reached by keyboard or screen reader
  if (tell) tabs.postMessage("cover");
}

function uncover(tell = true) {
  if (!coveredAt) return;
  coveredAt = 0;
  document.title = title;
  veil.close();
  if (tell) tabs.postMessage("uncover");
}

async function hide(...saving) {
  clearInterval(watch);
  left = true;
  const back = here() === arrivedAt ? form.elements.next.value : here(); // a pane may have changed the address since
  const panes = PANES.map((pane) => [pane, document.querySelector(pane)?.scrollTop ?? 0]);
  sessionStorage.setItem(PLACE, JSON.stringify({ back, panes })); // an address and three numbers, nothing that was read
  form.elements.next.value = back;
  form.hidden = true;
  document.dispatchEvent(new CustomEvent("sceau:lock", { detail: saving }));
  document.body.replaceChildren(form);
  document.title = "Sceau";
  await Promise.race([Promise.allSettled(saving), new Promise((done) => setTimeout(done, 3_000))]);
}

async function lock() {
  if (left) return;
  await hide();
  tabs.postMessage("lock");
  form.submit();
}

async function leave(...first) { // locked elsewhere, or ended: the way in knows which
  if (left) return;
  await hide(...first);
  location.replace(`${form.dataset.locked}?${new URLSearchParams({ next: form.elements.next.value })}`);
}

function resume() {
  const place = JSON.parse(sessionStorage.getItem(PLACE) ?? "null");
  sessionStorage.removeItem(PLACE);
  if (place?.back !== here()) return;
  for (const [pane, top] of place.panes) document.querySelector(pane)?.scrollTo({ top, behavior: "instant" });
}

form?.addEventListener("submit", (event) => (event.preventDefault(), lock()));
for (const button of document.querySelectorAll("[data-cover]")) {
  button.hidden = false;
  button.addEventListener("click", () => cover());
}
for (const kind of ["click", "close"]) veil?.addEventListener(kind, () => uncover());
tabs.onmessage = ({ data }) => {
  if (data === "lock") leave(new Promise((done) => setTimeout(done, 1_000))); // that tab asks first: the way in is closed
  else if (data === "cover") cover(false);
  else if (data === "uncover") uncover(false);
  else actedAt = Date.now();
};
document.addEventListener("sceau:gone", () => leave()); // js/arrivals.js was told that nobody is signed in
addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.repeat || coveredAt) return;
  if (event.timeStamp - escapedAt < TWICE) { // when it was pressed, however late a busy page hears of it
    event.preventDefault(); // or this very press would close what it opens
    cover();
  }
  escapedAt = event.timeStamp;
});
// A sleeping machine wakes with the time gone: compare with the clock, do not count ticks.
const over = (since, time) => since && Date.now() - since >= time;
const watch = form && setInterval(() => (over(actedAt, limit) || over(coveredAt, COVERED)) && lock(), 1_000);
for (const kind of ["keydown", "pointerdown", "input"]) addEventListener(kind, act, { passive: true });
// The back button must not bring a page back from memory after the lock.
addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
if (form) { resume(); act(); }
