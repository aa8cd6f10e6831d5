// The composer's keys and menus: Ctrl+S saves, Ctrl+Enter goes to the button that seals (and never presses it), Ctrl+M
// opens the templates, Escape leaves a field. Quick choices of when the envelope leaves.
const form = document.querySelector("form[data-draft]");
const menu = form.querySelector("[data-templates]");
const quick = form.querySelector("[data-quick]");
const touched = (detail) => form.dispatchEvent(new CustomEvent("sceau:changed", { detail }));

async function insert(button) {
  menu.open = false;
  const body = new URLSearchParams({ template: button.value, csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value });
  const answer = await fetch(menu.dataset.templates, { method: "POST", body, headers: { Accept: "application/json" } }).catch(() => null);
  if (answer?.ok) form.dispatchEvent(new CustomEvent("sceau:insert", { detail: (await answer.json()).text }));
  else form.querySelector("[data-saved]").textContent = form.dataset.unsaved;
}

function step(event) {
  const items = [...menu.querySelectorAll("li > *")];
  const next = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.key === "Escape") {
    menu.open = false;
    menu.querySelector("summary").focus();
    event.stopPropagation();
  } else if (next && menu.open) {
    event.preventDefault();
    items[(items.indexOf(document.activeElement) + next + items.length) % items.length].focus();
  }
}

menu?.addEventListener("keydown", step);
menu?.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  event.preventDefault();
  insert(button);
});
addEventListener("click", ({ target }) => menu?.open && !menu.contains(target) && (menu.open = false));

const KEYS = {
  s: () => form.querySelector("[data-save]").dispatchEvent(new CustomEvent("sceau:save", { bubbles: true })),
  Enter: () => form.querySelector("[data-seal]").focus(),
  m: () => {
    if (!menu) return;
    menu.open = true;
    menu.querySelector("li > *").focus();
  },
};
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && form.contains(document.activeElement)) return document.activeElement.blur();
  const act = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

if (quick) quick.hidden = false;
quick?.addEventListener("click", ({ target }) => {
  if (!("at" in target.dataset)) return;
  form.elements.deliver_at.value = target.dataset.at;
  touched("soon");
});
addEventListener("click", ({ target }) => { // a link to a part that is folded opens it
  const part = target.closest?.("a[href^='#']") && document.querySelector(target.closest("a").hash);
  if (part?.tagName === "DETAILS") part.open = true;
  else if (part?.closest("form")) { part.focus(); }
});
