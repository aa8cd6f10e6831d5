// One key, without the mouse. Nothing is taken from who writes, from the browser's own keys, or from a screen reader
// that walks through the page: only the keys below, alone, and only when there is something for them to do.
const wide = matchMedia("(min-width: 1200px)");
const one = (selector) => document.querySelector(selector);
const rows = () => [...document.querySelectorAll("[data-rows] .row")];
const isShown = (element) => element?.offsetParent !== null;
const at = () => document.activeElement.closest?.("[data-rows] li")?.querySelector(".row") ?? one("[data-rows] .row[aria-current]");
const inList = () => Boolean(document.activeElement.closest("[data-rows] li"));
const box = (row) => row?.closest("li").querySelector("input[name=copie]");
const chosen = () => [...document.querySelectorAll("[data-rows] input[name=copie]:checked")];

function step(by) {
  const all = rows(), here = all.indexOf(at());
  const row = here < 0 ? all[0] : all[here + by];
  if (!row) return here < 0 ? false : press(one(`.pages a[rel=${by > 0 ? "next" : "prev"}]`));
  if (!isShown(row)) return press(row); // one pane, a letter in it: the next letter is the next page
  row.focus();
  if (wide.matches && box(row)) row.click();
  return true;
}
function press(element) {
  element?.click();
  return Boolean(element);
}
function focus(element) {
  element?.focus();
  return Boolean(element);
}
function trash() {
  const picked = chosen().length ? chosen() : [box(at())].filter(Boolean);
  if (!isShown(one("[data-rows]")) || !picked.length) return press(one("[data-letter-acts] button[value=corbeille]"));
  if (!one("#choix button[value=corbeille]")) return false;
  document.dispatchEvent(new CustomEvent("sceau:act", { detail: { act: "corbeille", chosen: picked } }));
  return true;
}
function file() {
  const list = isShown(one("[data-rows]"));
  if (list && !chosen().length && !one("[data-letter-acts] [data-file-menu]") && box(at())) box(at()).click();
  const menu = one(list && chosen().length ? "#choix [data-file-menu]" : "[data-letter-acts] [data-file-menu]");
  if (!menu) return false;
  menu.open = true;
  return focus(menu.querySelector("select, a"));
}
function leave() {
  const menu = one("details.menu[open]");
  if (menu) {
    menu.open = false;
    return focus(menu.querySelector("summary"));
  }
  if (!document.activeElement.closest(".read, [role=search]") && isShown(one("[data-rows]"))) return false;
  return wide.matches && one("[data-rows]") ? focus(at() ?? rows()[0]) : press(one("[data-back]"));
}
async function help() {
  const link = one("[data-key='?']"), dialog = document.createElement("dialog");
  const answer = await fetch(link.href).catch(() => null);
  if (!answer?.ok) return location.assign(link.href);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const close = document.createElement("button");
  close.className = "b";
  close.textContent = link.dataset.close;
  close.addEventListener("click", () => dialog.close());
  dialog.append(page.querySelector("h1"), ...page.getElementById("touches").children, close);
  dialog.setAttribute("aria-label", link.textContent.trim());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  ArrowDown: () => inList() && step(1),
  ArrowUp: () => inList() && step(-1),
  u: leave,
  Escape: leave,
  x: () => press(box(at())),
  e: trash,
  v: file,
  z: () => press(one(".flash form button")),
  r: () => press(one("[data-reply] button")),
  c: () => press(one("[data-key=c]")),
  "/": () => focus(one("[data-search]")) || press(one("[data-key='/']")),
  "?": () => Boolean(one("[data-key='?']")) && (help(), true),
};
const WRITING = "input:not([type=checkbox]), textarea, select, [contenteditable]";

addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (!Object.hasOwn(KEYS, key) || one("dialog[open]") || (event.repeat && !["j", "k", "ArrowDown", "ArrowUp"].includes(key))) return;
  if (target.closest?.(WRITING) && !(key === "Escape" && target.closest("details.menu, [data-search]:placeholder-shown"))) return;
  if (KEYS[key]()) event.preventDefault();
});
