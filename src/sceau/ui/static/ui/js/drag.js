// Rows dropped on a folder of the rail are filed there; on « Corbeille », thrown away. Loaded by the first drag.
let dragged = [];

const place = (event) => event.target.closest?.("[data-folder], [data-drop]");

export function begin(item) {
  const own = item.querySelector("input[name=copie]");
  const chosen = [...document.querySelectorAll("[data-rows] input[name=copie]:checked")];
  dragged = chosen.includes(own) ? chosen : [own];
  document.body.classList.add("dragging");
}
function mark(element) {
  document.querySelector(".nav.over")?.classList.remove("over");
  element?.classList.add("over");
}
function end() {
  dragged = [];
  mark(null);
  document.body.classList.remove("dragging");
}

addEventListener("dragover", (event) => {
  const over = dragged.length ? place(event) : null;
  mark(over);
  if (over) event.preventDefault();
});
addEventListener("drop", (event) => {
  const over = dragged.length ? place(event) : null;
  if (!over) return;
  event.preventDefault();
  const detail = { act: over.dataset.drop ?? "classer", chosen: dragged, to: over.dataset.folder };
  end();
  document.dispatchEvent(new CustomEvent("sceau:act", { detail }));
});
addEventListener("dragend", end);
