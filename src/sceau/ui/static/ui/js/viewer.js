// Around any document: the keyboard, the tools' buttons, printing. What zooms and turns answers the events sent here.
const viewer = document.querySelector("[data-viewer]");
const KEYS = { "+": "larger", "=": "larger", "-": "smaller", 0: "fit", r: "turn" };
const LINKS = { ArrowLeft: "[data-before]", ArrowRight: "[data-after]", Escape: "[data-back]" };

const wide = () => document.documentElement.scrollWidth > innerWidth + 1; // then ← and → scroll
const tell = (act) => viewer.dispatchEvent(new CustomEvent("sceau:view", { detail: act }));

for (const tools of viewer.querySelectorAll("[data-tools], [data-paper]")) tools.hidden = false;
for (const act of ["larger", "smaller", "fit", "turn"]) {
  viewer.querySelector(`[data-${act}]`)?.addEventListener("click", () => tell(act));
}
viewer.querySelector("[data-paper]")?.addEventListener("click", async () => {
  const ready = [];
  viewer.dispatchEvent(new CustomEvent("sceau:print", { detail: ready }));
  await Promise.allSettled(ready);
  print();
});

addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || target.matches("input, textarea, select")) return;
  const open = viewer.querySelector("details[open]");
  if (key === "Escape" && open) {
    open.open = false;
  } else if (LINKS[key] && viewer.querySelector(LINKS[key]) && (key === "Escape" || !wide())) {
    location.assign(viewer.querySelector(LINKS[key]).href);
  } else if (KEYS[key]) {
    tell(KEYS[key]);
  } else {
    return;
  }
  event.preventDefault();
});
