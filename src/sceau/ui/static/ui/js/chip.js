// One recipient as a chip: what it shows, and the hidden field in which it travels.
const { isAddress } = await import(`./addresses.js${new URL(import.meta.url).search}`);
const form = document.querySelector("form[data-draft]");

export function show(made, { name, kind, refused } = {}) {
  const bad = !isAddress(made.dataset.address);
  const state = made.querySelector(".chip");
  made.classList.toggle("refused", Boolean(bad || refused));
  made.querySelector("[data-name]").textContent = name || made.dataset.address;
  state.className = `chip ${bad || refused ? "warn" : "home"}`;
  state.textContent = bad ? form.dataset.incomplete : refused ? form.dataset.refused : kind ?? "";
  state.hidden = !state.textContent;
  made.querySelector("button").setAttribute("aria-label", form.dataset.remove.replace("%", name || made.dataset.address));
}

export function make(address, field) {
  const made = form.querySelector("[data-chip]").content.firstElementChild.cloneNode(true);
  const value = made.querySelector("input");
  made.dataset.address = made.title = value.value = address;
  value.name = field;
  return made;
}

// What the page showed before any script ran becomes chips; what was unticked meanwhile is gone. Is there any?
export function read(line, wired) {
  const olds = [...line.querySelectorAll("label.to")], kept = olds.filter((old) => old.querySelector("input").checked);
  for (const old of kept) old.replaceWith(wired(chipped(old)));
  for (const old of olds) old.remove();
  if (kept.length < olds.length) form.dispatchEvent(new CustomEvent("sceau:changed"));
  return kept.length > 0;
}

function chipped(old) {
  const made = make(old.querySelector("input").value, old.querySelector("input").name);
  const { textContent: name } = old.querySelector("span");
  show(made, { name, refused: old.classList.contains("refused"), kind: old.querySelector(".chip")?.textContent });
  return made;
}
