// Searches while one types, from the third letter on; what is found takes the place of the list, which comes back when
// the field is emptied. Words are posted, never put into an address: the server answers with a sealed one.
const field = document.querySelector("[data-search]");
const list = field?.closest(".list");
const header = list?.querySelector(":scope > header");
const LEAST = 3, PAUSE = 250; // letters; milliseconds
let timer = 0, asking = null, kept = null;

const found = () => list.querySelector("[data-found]");
const below = () => [...list.children].filter((part) => part !== header);

async function ask(body, poll = false) {
  asking?.abort();
  asking = new AbortController();
  const headers = { "HX-Request": "true", ...(poll && { "X-Sceau-Poll": "1" }) };
  const address = body ? field.form.action : found().dataset.again;
  const answer = await fetch(address, { method: body ? "POST" : "GET", body, headers, signal: asking.signal });
  if (!answer.ok || !new URL(answer.url).pathname.startsWith(new URL(field.form.action).pathname)) return location.assign(answer.url);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-found]");
  if (fresh) show(fresh, answer.url);
}

function show(fresh, address) {
  if (!found()) keep();
  else if (location.href !== address) history.replaceState(null, "", address);
  const inside = found()?.contains(document.activeElement);
  for (const part of below()) part.remove();
  list.append(fresh);
  window.htmx?.process(fresh);
  if (inside) field.focus();
  if (!location.href.includes("recherche")) history.pushState(null, "", address);
  goOn();
}

// The list as it was, for whoever empties the field. Arrivals must not come among what was found.
function keep() {
  kept = { parts: below(), arrivals: list.dataset.arrivals, address: location.href };
  delete list.dataset.arrivals;
}
function bring() {
  asking?.abort();
  if (!kept) return;
  for (const part of below()) part.remove();
  list.append(...kept.parts);
  if (kept.arrivals) list.dataset.arrivals = kept.arrivals;
  history.replaceState(null, "", kept.address);
  kept = null;
}

const letters = () => field.value.trim().length;
const quietly = (error) => { if (error.name !== "AbortError") throw error; };

function typed() {
  clearTimeout(timer);
  if (!letters()) return bring();
  if (letters() >= LEAST) timer = setTimeout(() => ask(new FormData(field.form)).catch(quietly), PAUSE);
}

// A mailbox is read once, a second and a half at a time.
function goOn() {
  if (found()?.dataset.again && letters()) setTimeout(() => found()?.dataset.again && ask(null, true).catch(quietly), 50);
}

if (list) {
  field.addEventListener("input", typed);
  addEventListener("popstate", () => location.reload());
  if (found()) goOn();
  else typed(); // while this file was on its way
}
