// Asks every few seconds whether anything is new, one tab for all: who hears another tab's answer waits again. Not a
// human act (V7): it keeps no session open. What arrives slides in at the top of the list when nobody is pointing there
// and it stands at its top; otherwise a word above the list says so, and nothing moves.

const said = document.querySelector("[data-news]");
const cut = document.querySelector("[data-offline]");
const tabs = new BroadcastChannel("sceau-news");
const SHOWN = 4, HIDDEN = 30, LONGEST = 5; // seconds; 5 are promised to a tab that is seen, after a cut, too
let tag = "", known = null, misses = 0, timer = 0, stopped = false;

function later() {
  const pause = misses ? Math.min(2 ** misses, LONGEST) : document.hidden ? HIDDEN : SHOWN;
  clearTimeout(timer);
  if (!stopped) timer = setTimeout(ask, 1_000 * pause + 400 * Math.random());
}

async function ask() {
  const headers = { "X-Sceau-Poll": "1", ...(tag && { "If-None-Match": tag }) };
  try {
    const answer = await fetch(said.dataset.news, { headers, redirect: "error", signal: AbortSignal.timeout(10_000) });
    if (answer.status === 401 || answer.status === 423) return gone();
    if (answer.status !== 304 && !answer.ok) throw new Error(answer.status);
    const news = answer.status === 304 ? known : await answer.json();
    tell({ news, tag: answer.headers.get("ETag"), misses: 0 });
  } catch {
    tell({ news: known, tag, misses: misses + 1 });
  }
}

function tell(heard) {
  tabs.postMessage(heard);
  hear(heard);
}

function hear(heard) {
  if (stopped) return;
  misses = heard.misses;
  cut.hidden = misses < 2 && navigator.onLine;
  if (heard.tag !== tag) ({ tag, news: known } = heard, show().catch(() => { tag = ""; })); // to be told of it again
  later();
}

function gone() {
  stopped = true;
  document.dispatchEvent(new Event("sceau:gone"));
}

const shown = () => Number(document.querySelector("[data-unopened]")?.dataset.unopened ?? 0);

function name() {
  const count = shown();
  const plain = document.title.replace(/^\(\d+\+?\) /, "");
  if (!document.querySelector("dialog[data-veil][open]")) document.title = count ? `(${count}) ${plain}` : plain;
}

async function show() {
  if (!known || (known.unopened === shown() && (!known.newest || document.querySelector(`[href*="${known.newest}"]`)))) return;
  const list = document.querySelector("[data-arrivals]");
  const answer = await fetch(list?.dataset.arrivals || said.dataset.received, { headers: { "X-Sceau-Poll": "1" }, redirect: "error" });
  if (!answer.ok) throw new Error(answer.status);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const before = shown();
  const rail = document.querySelector(".places"), freshRail = fresh.querySelector(".places");
  if (rail && freshRail) recount(rail, freshRail);
  name();
  const freshList = fresh.querySelector("[data-arrivals]"); // how to merge it is fetched at the first arrival
  const fell = list ? (await import(said.dataset.rows)).merge(list, freshList, words) : shown() - before;
  if (fell > 0) said.textContent = words(fell);
}

// The counts alone: the place one is in, and the focus, stay.
function recount(rail, fresh) {
  for (const place of rail.querySelectorAll("a.nav")) {
    const now = fresh.querySelector(`a.nav[href="${place.getAttribute("href")}"] .n`), old = place.querySelector(".n");
    if (now && old) old.replaceWith(now);
    else if (now) place.append(now);
    else old?.remove();
  }
}

const words = (count) => (count === 1 ? said.dataset.one : said.dataset.many.replace("{n}", count));

if (said) {
  tabs.onmessage = ({ data }) => hear(data);
  document.addEventListener("sceau:lock", () => { stopped = true; clearTimeout(timer); });
  document.addEventListener("visibilitychange", () => document.hidden ? later() : ask());
  document.addEventListener("htmx:afterSettle", name); // the title came with the letter
  addEventListener("online", ask);
  addEventListener("offline", () => { cut.hidden = false; });
  name();
  later(); // the page is as fresh as an answer would be
}
