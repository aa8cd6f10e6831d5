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
  let width = -1;
  new ResizeObserver(() => {
    if (frame.clientWidth === width) return;
    width = frame.clientWidth;
    measure();
  }).observe(frame);
  for (const image of sheet.querySelectorAll("img")) image.addEventListener("load", measure);
  // No style of ours can ask whether a frame has the focus: its window says so.
  frame.contentWindow.addEventListener("focus", () => frame.classList.add("focused"));
  frame.contentWindow.addEventListener("blur", () => frame.classList.remove("focused"));
  frame.classList.add("fitted");
  measure();
}

for (const frame of document.querySelectorAll("iframe[data-sheet]")) fit(frame);
document.addEventListener("load", ({ target }) => {
  if (target.matches?.("iframe[data-sheet]")) fit(target);
}, { capture: true });
