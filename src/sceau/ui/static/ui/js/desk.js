// The desk: a letter opens beside its list (htmx puts it there), rows are chosen, and a list comes back where it was.
const wide = matchMedia("(min-width: 1200px)"); // as in the stylesheet: three panes
const pane = document.getElementById("lecture");
const form = document.getElementById("choix");
const rows = document.querySelector("[data-rows]");
const PLACE = "sceau-list"; // path of the list, where it was scrolled to, the row to go on from: nothing of a letter
let going = false; // by Enter: one means to read, so the focus goes along

const boxes = () => [...document.querySelectorAll("[data-rows] input[name=copie]")];
const current = () => rows?.querySelector(".row[aria-current]");

// A letter beside its list
function point(row) {
  current()?.removeAttribute("aria-current");
  row.setAttribute("aria-current", "true");
}
function enter() {
  pane.querySelector("h1")?.focus({ preventScroll: true });
}
function follow() {
  const follower = pane?.querySelector("[data-live]") && pane.dataset.follower;
  if (follower) import(follower).then(() => document.dispatchEvent(new Event("sceau:letter")));
}
document.addEventListener("htmx:beforeRequest", (event) => {
  const link = event.detail.elt.closest("a.row, a.other");
  if (!link) return;
  if (wide.matches) return link.matches(".row") && point(link);
  event.preventDefault(); // one pane: the letter is a page of its own
  location.assign(link.href);
});
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target !== pane) return;
  pane.closest(".read").scrollTop = 0;
  const letter = pane.querySelector("[data-letter]")?.dataset.letter;
  const row = document.getElementById(`e-${letter}`);
  if (row && row !== current()) point(row); // opened from the exchange, not from its row
  if (going || detail.requestConfig.elt.matches("[data-open]")) enter();
  going = false;
  follow();
});
for (const trouble of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(trouble, () => pane.replaceChildren(pane.nextElementSibling.content.cloneNode(true)));
}
addEventListener("keydown", (event) => {
  going = event.key === "Enter" && event.target.matches?.(".row");
  if (!going || !event.target.ariaCurrent || !wide.matches || !pane.querySelector("h1")) return;
  event.preventDefault(); // it is there already
  enter();
});
follow();
if (rows) new MutationObserver(() => window.htmx?.process(rows)).observe(rows, { childList: true }); // arrivals

// Choosing rows
let last = null;
function tell() {
  const count = boxes().filter((box) => box.checked).length;
  const said = form.querySelector("[data-chosen]");
  said.textContent = count > 1 ? said.dataset.many.replace("%s", count) : said.dataset.one;
  const all = form.querySelector("[data-all] input");
  all.checked = count === boxes().length;
  all.indeterminate = count > 0 && !all.checked;
}
rows?.addEventListener("click", (event) => {
  const box = event.target.closest("input[name=copie]");
  if (!box) return;
  const among = boxes(), here = among.indexOf(box), there = among.indexOf(last);
  if (event.shiftKey && there >= 0) {
    for (const other of among.slice(Math.min(here, there), Math.max(here, there) + 1)) other.checked = box.checked;
  }
  last = box;
});
if (form) {
  const all = form.querySelector("[data-all]");
  all.hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes()) box.checked = all.firstElementChild.checked;
    tell();
  });
  rows.addEventListener("change", tell);
  tell();
}
// Asked by keys.js and drag.js: `act` on these checkboxes, `to` a folder
document.addEventListener("sceau:act", ({ detail: { act, chosen, to } }) => {
  for (const box of boxes()) box.checked = chosen.includes(box);
  if (to) form.elements.vers.value = to;
  form.requestSubmit(form.querySelector(`button[value=${act}]`));
});
addEventListener("dragstart", (event) => {
  const item = event.target.closest?.("[data-copy]");
  if (item) import(rows.dataset.drag).then(({ begin }) => begin(item));
});

// Coming back to a list
const list = rows?.closest(".list").querySelector("[name=retour]")?.value;
const kept = (sessionStorage.getItem(PLACE) ?? "").split(" ");
if (list && kept[0] === list) {
  rows.scrollTop = Number(kept[1]);
  document.getElementById(kept[2])?.focus({ preventScroll: true });
}
current()?.scrollIntoView({ block: "nearest" });
function keep(row = "") {
  if (list) sessionStorage.setItem(PLACE, `${list} ${rows.scrollTop} ${row}`);
}
addEventListener("pagehide", () => sessionStorage.getItem(PLACE)?.split(" ")[2] || keep());
sessionStorage.removeItem(PLACE);
addEventListener("submit", ({ target }) => { // the next row stays under the hand once these are gone
  if (target !== form && !target.matches("[data-letter-acts]")) return;
  const gone = target === form ? boxes().filter((box) => box.checked).map((box) => box.closest("li")) : [current()?.closest("li")];
  const items = [...(rows?.children ?? [])];
  const after = items.slice(items.indexOf(gone.at(-1)) + 1).find((item) => !gone.includes(item));
  keep(after?.querySelector(".row").id);
});
// Searching while one types begins with the first look at the field
document.querySelector("[data-search]")?.addEventListener("focus", ({ target }) => import(target.form.dataset.searcher), { once: true });
