// Puts what arrived on top of a list without moving what somebody looks at. When he points at the list, has selected in
// it or scrolled it, a button above says how many came, and pressing it brings them.
let fetched = null;

const key = (row) => row.querySelector("a[href]")?.pathname;
const rows = (list) => list.querySelector(".rows");

function atRest(list) {
  const box = rows(list);
  const header = box.scrollHeight > box.clientHeight + 1 ? box.scrollTop : Math.max(-box.getBoundingClientRect().top, 0);
  return header < 8 && !box.matches(":hover") && !box.querySelector(":checked") && !document.hidden;
}

export function merge(list, fresh, words) {
  if (!fresh) return 0;
  const counted = list.querySelector("#n-list"), recounted = fresh.querySelector("#n-list");
  if (counted && recounted) counted.textContent = recounted.textContent;
  if (!rows(list) && rows(fresh) && !document.querySelector("[data-letter]")) location.reload(); // the first one ever
  if (!rows(list) || !rows(fresh)) return 0;
  const old = new Map([...rows(list).children].map((row) => [key(row), row]));
  const came = [...rows(fresh).children].filter((row) => !old.has(key(row)));
  for (const row of rows(fresh).children) refresh(old.get(key(row)), row);
  if (atRest(list)) insert(list, came);
  else promise(list, came, words);
  return came.length;
}

// Opened elsewhere, withdrawn: a row says so in its place. The one that is read or focused stays as it is.
function refresh(old, row) {
  if (!old || old.textContent === row.textContent || old.contains(document.activeElement)) return;
  if (!old.querySelector("[aria-current], :checked")) old.replaceWith(row);
}

function insert(list, came) {
  const wasThere = new Set([...rows(list).children].map(key));
  for (const row of came.reverse()) {
    if (wasThere.has(key(row))) continue;
    row.classList.add("arriving");
    rows(list).prepend(row);
  }
  fetched = null;
  pill(list).hidden = true;
}

function promise(list, came, words) {
  if (!came.length) return;
  fetched = came;
  pill(list).textContent = words(came.length);
  pill(list).hidden = false;
}

function pill(list) {
  let button = list.querySelector("[data-pill]");
  if (button) return button;
  button = Object.assign(document.createElement("button"), { type: "button", className: "b primary pill", hidden: true });
  button.dataset.pill = "";
  button.addEventListener("click", () => bring(list));
  rows(list).before(button);
  return button;
}

function bring(list) {
  insert(list, fetched ?? []);
  rows(list).scrollTo({ top: 0 });
  list.scrollIntoView({ block: "start" });
  rows(list).querySelector("a[href]")?.focus({ preventScroll: true });
}

// Who stops pointing at a list that stands at its top gets what waited for that.
document.addEventListener("pointerout", ({ target }) => {
  const list = target.closest?.("[data-arrivals]");
  if (fetched && list) setTimeout(() => fetched && atRest(list) && insert(list, fetched), 300);
});
