// Choosing many rows: how many are, all of them, from one to another with the shift key; and acting on them. Loaded by
// the first choice: without it the boxes and buttons work one by one.
const form = document.getElementById("choix");
const all = form.querySelector("[data-all]");
const boxes = () => [...document.querySelectorAll("[data-rows] input[name=copie]")];
let last = null, shift = false;

addEventListener("click", (event) => { shift = event.shiftKey; }, { capture: true });
all.hidden = false;

// Called at each change: `changed` is the box that did.
export function tell(changed) {
  if (all.contains(changed)) {
    for (const box of boxes()) box.checked = changed.checked;
  } else {
    const among = boxes(), here = among.indexOf(changed), there = among.indexOf(last);
    const span = shift && there >= 0 ? among.slice(Math.min(here, there), Math.max(here, there) + 1) : [];
    for (const box of span) box.checked = changed.checked;
    last = changed;
  }
  show();
}

function show() {
  const count = boxes().filter((box) => box.checked).length;
  const said = form.querySelector("[data-chosen]"), box = all.querySelector("input");
  said.textContent = count > 1 ? said.dataset.many.replace("%s", count) : said.dataset.one;
  box.checked = count === boxes().length;
  box.indeterminate = count > 0 && !box.checked;
}

// `act` on these boxes alone; `to`: a folder
export function act({ act: name, chosen, to }) {
  const button = form.querySelector(`button[value=${name}]`);
  if (!button) return;
  for (const box of boxes()) box.checked = chosen.includes(box);
  if (to) form.elements.vers.value = to;
  form.requestSubmit(button);
}
