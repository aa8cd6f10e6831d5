// The desk: a letter opens beside its list (htmx puts it there), and a list comes back where it was left. What only
// some visits need is fetched when they need it.
const wide = matchMedia("(min-width: 1200px)"); // as in the stylesheet: three panes
const pane = document.getElementById("lecture");
const rows = () => document.querySelector("[data-rows]"); // searching puts another list there
const PLACE = "sceau-list"; // path of the list, where it was scrolled to, the row to go on from: nothing of a letter
let going = false; // by Enter: one means to read, so the focus goes along

const current = () => rows()?.querySelector(".row[aria-current]");
const load = (name) => import(rows().dataset[name]);

function point(row) {
  current()?.removeAttribute("aria-current");
  row.setAttribute("aria-current", "true");
}
function enter() {
  pane.querySelector("h1")?.focus({ preventScroll: true });
}
async function equip() { // the scripts that this letter needs, told that it is there
  const needs = pane?.querySelector("[data-needs]")?.dataset.needs.split(" ").filter(Boolean) ?? [];
  await Promise.all(needs.map((script) => import(script)));
  if (needs.length) document.dispatchEvent(new Event("sceau:letter"));
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
  const row = document.getElementById(`e-${pane.querySelector("[data-envelope]")?.dataset.envelope}`);
  if (row && row !== current()) point(row); // reached through the exchange, not by its row
  if (going || detail.requestConfig.elt.matches("[data-open]")) enter();
  going = false;
  equip();
});
for (const trouble of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(trouble, () => pane.replaceChildren(pane.nextElementSibling.content.cloneNode(true)));
}
addEventListener("keydown", (event) => {
  going = event.key === "Enter" && Boolean(event.target.matches?.(".row"));
  if (!going || event.target.getAttribute("aria-current") === null || !wide.matches || !pane.querySelector("h1")) return;
  event.preventDefault(); // it is there already
  enter();
});
if (rows()) new MutationObserver(() => window.htmx?.process(rows())).observe(rows(), { childList: true }); // arrivals
equip();

// One row is a stop of the Tab key, with its box: behind it comes the letter, not fifty others. Arrows move (keys.js).
function rove(stop) {
  for (const item of rows()?.children ?? []) {
    for (const part of item.querySelectorAll(".row, input")) part.tabIndex = part.closest("li") === stop ? 0 : -1;
  }
}
addEventListener("focusin", ({ target }) => target.closest?.("[data-rows] li") && rove(target.closest("li")));
rove(current()?.closest("li") ?? rows()?.firstElementChild);

// Choosing rows, by hand, by key or by dragging; drafts are not chosen
const choosing = () => document.getElementById("choix");
document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-rows] input[name=copie], [data-all] input")) load("choose").then(({ tell }) => tell(target));
});
document.addEventListener("sceau:act", ({ detail }) => choosing() && load("choose").then(({ act }) => act(detail)));
addEventListener("pointerover", function ready({ target, pointerType }) {
  if (pointerType !== "mouse" || !target.closest?.("[data-rows]") || !choosing()) return;
  removeEventListener("pointerover", ready);
  for (const script of ["choose", "drag"]) load(script); // a quick hand is faster than a slow line
});
addEventListener("dragstart", (event) => {
  const item = event.target.closest?.("[data-copy]");
  if (item && choosing()) load("drag").then(({ begin }) => begin(item));
});
document.querySelector("[data-search]")?.addEventListener("focus", ({ target }) => import(target.form.dataset.searcher), { once: true });

// Coming back to a list
const list = document.querySelector("#choix [name=retour]")?.value;
const [path, top, next] = (sessionStorage.getItem(PLACE) ?? "").split(" ");
sessionStorage.removeItem(PLACE);
if (list && path === list) {
  rows().scrollTop = Number(top);
  document.getElementById(next)?.focus({ preventScroll: true });
}
current()?.scrollIntoView({ block: "nearest" });
function keep(row = "") {
  if (list && rows()) sessionStorage.setItem(PLACE, `${list} ${rows().scrollTop} ${row}`);
}
addEventListener("pagehide", () => sessionStorage.getItem(PLACE) || keep());
addEventListener("submit", ({ target }) => { // once these are gone, the next row is under the hand
  if (target.matches(".flash form")) return keep(document.activeElement.closest(".row")?.id);
  if (target.id !== "choix" && !target.matches("[data-letter-acts]")) return;
  const picked = target.id === "choix" ? [...rows().querySelectorAll(":checked")] : [current()].filter(Boolean);
  const gone = picked.map((element) => element.closest("li")), items = [...rows().children];
  const after = items.slice(items.indexOf(gone.at(-1)) + 1).find((item) => !gone.includes(item));
  keep(after?.querySelector(".row").id);
});
