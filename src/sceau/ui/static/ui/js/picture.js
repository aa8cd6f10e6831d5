// A picture: fitted at first, then as large as one likes; turned by quarters. Without this script it is shown fitted.
const viewer = document.querySelector("[data-viewer]");
const stage = viewer.querySelector(".vstage");
const picture = stage.querySelector("img");
const said = viewer.querySelector("[data-scale]");
const STEP = 1.25, LEAST = 0.05, MOST = 8;
let scale = null, turns = 0; // `null`: fitted

const sizes = () => (turns % 2 ? [picture.naturalHeight, picture.naturalWidth] : [picture.naturalWidth, picture.naturalHeight]);
const fitted = () => {
  const [width, height] = sizes();
  const most = innerHeight - viewer.querySelector(".vbar").offsetHeight - 32;
  const larger = Math.max(1, Math.min(3, 700 / Math.max(width, height))); // a scan of 128 pixels wants a larger look
  return Math.min(larger, (stage.parentElement.clientWidth || 1) / width, most / height);
};

function draw() {
  if (!picture.naturalWidth) return;
  const used = scale ?? fitted();
  const [width, height] = sizes().map((size) => size * used);
  const own = [picture.naturalWidth * used, picture.naturalHeight * used];
  Object.assign(stage.style, { width: `${width}px`, height: `${height}px` });
  Object.assign(picture.style, {
    width: `${own[0]}px`, height: `${own[1]}px`, maxWidth: "none", maxHeight: "none", position: "absolute",
    left: `${(width - own[0]) / 2}px`, top: `${(height - own[1]) / 2}px`, transform: `rotate(${turns * 90}deg)`,
  });
  said.textContent = `${Math.round(used * 100)} %`;
}

const ACTS = {
  larger: () => { scale = Math.min((scale ?? fitted()) * STEP, MOST); },
  smaller: () => { scale = Math.max((scale ?? fitted()) / STEP, LEAST); },
  fit: () => { scale = scale === null ? 1 : null; },
  turn: () => { turns = (turns + 1) % 4; },
};
viewer.addEventListener("sceau:view", ({ detail }) => { ACTS[detail](); draw(); });
picture.addEventListener("dblclick", () => { ACTS.fit(); draw(); });
addEventListener("resize", draw);
const fail = () => { viewer.querySelector("[data-trouble]").hidden = false; stage.hidden = true; };
if (picture.complete && !picture.naturalWidth) fail();
else if (picture.complete) draw();
picture.addEventListener("load", draw);
picture.addEventListener("error", fail);
