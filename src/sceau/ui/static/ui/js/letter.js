// The frame of a letter is as high as what is in it: one page scrolls, not two. Nothing of it is read but its height.
const MOST = 60_000; // pixels; beyond, the frame scrolls by itself

function fit(frame) {
  const sheet = frame.contentDocument?.body;
  if (!sheet || frame.contentDocument.URL === "about:blank") return; // not there yet: its load will tell
  const measure = () => {
    const root = sheet.ownerDocument.scrollingElement ?? sheet;
    frame.style.height = "0"; // a sheet that became shorter
    const height = Number(root.scrollHeight);
    frame.style.height = height > 0 ? `${Math.min(height + 2, MOST)}px` : "";
  };
  if (!met.has(sheet)) meet(frame, sheet, measure);
  measure();
}

// A sheet that is there before its frame tells of its load comes here twice: its keys are to count once.
const met = new WeakSet();
function meet(frame, sheet, measure) {
  met.add(sheet);
  let width = -1;
  new ResizeObserver(() => {
    if (frame.clientWidth === width) return;
    width = frame.clientWidth;
    measure();
  }).observe(frame);
  for (const image of sheet.querySelectorAll("img")) image.addEventListener("load", measure);
  pass(frame);
  frame.classList.add("fitted");
}

// Keys and presses within are this page's too: its shortcuts, and acts that keep a session open (js/lock.js).
function pass(frame) {
  const own = frame.contentWindow;
  own.addEventListener("focus", () => { hearing.add(frame); frame.classList.add("focused"); });
  own.addEventListener("blur", () => frame.classList.remove("focused"));
  own.addEventListener("pointerdown", () => frame.dispatchEvent(new Event("pointerdown", { bubbles: true })));
  own.addEventListener("keydown", (event) => {
    const { key, code, ctrlKey, altKey, shiftKey, metaKey, repeat, isComposing } = event;
    const same = { key, code, ctrlKey, altKey, shiftKey, metaKey, repeat, isComposing, bubbles: true, cancelable: true };
    if (!frame.dispatchEvent(new KeyboardEvent("keydown", same))) event.preventDefault();
  });
}

// No style of ours can ask whether a frame has the focus: this window loses it, and has the frame as its active element.
// WebKit runs no listener in a frame without scripts: there the page takes the keys back from a mere click, not from who
// came by the Tab key to the letter's links, nor from who marks words to copy them.
const hearing = new WeakSet();
let tabbedAt = -Infinity;
addEventListener("keydown", ({ key, timeStamp }) => { if (key === "Tab") tabbedAt = timeStamp; });
addEventListener("focus", () => document.querySelector("iframe.focused")?.classList.remove("focused"));
addEventListener("blur", ({ timeStamp }) => setTimeout(() => {
  const frame = document.activeElement;
  if (!frame?.matches("iframe[data-sheet]")) return;
  frame.classList.add("focused");
  const isMarked = () => !frame.contentDocument.getSelection().isCollapsed;
  if (hearing.has(frame) || timeStamp - tabbedAt < 500) return;
  setTimeout(() => frame === document.activeElement && !isMarked() && frame.closest(".read")?.focus({ preventScroll: true }), 300);
}));

for (const frame of document.querySelectorAll("iframe[data-sheet]")) fit(frame);
document.addEventListener("load", ({ target }) => {
  if (target.matches?.("iframe[data-sheet]")) fit(target);
}, { capture: true });
