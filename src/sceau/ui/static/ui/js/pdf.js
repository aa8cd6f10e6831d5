// A PDF: a page is drawn when it comes near, from the octets that it needs. Nothing in it runs (decision 0016).
const viewer = document.querySelector("[data-viewer]");
const box = viewer.querySelector("[data-pdf]");
const wait = box.querySelector("[data-wait]");
const said = viewer.querySelector("[data-scale]");
const STEP = 1.2, LEAST = 0.25, MOST = 5, PIXELS = 16_000_000, PRINTED = 200;
const home = new URL("./", new URL(box.dataset.library, location.href)).pathname;
let file, scale = null, turns = 0;
const sheets = [];

const { getDocument, GlobalWorkerOptions, TextLayer } = await import(box.dataset.library);
GlobalWorkerOptions.workerSrc = box.dataset.worker;
const task = getDocument({
  url: box.dataset.pdf, httpHeaders: { "X-Sceau-Poll": "1" }, rangeChunkSize: 2 ** 18, enableXfa: false, useWasm: false,
  useWorkerFetch: false, standardFontDataUrl: `${home}fonts/`, wasmUrl: `${home}decoders/`, maxImageSize: 100_000_000,
});
task.onProgress = ({ loaded, total }) => { if (total) wait.querySelector("progress").value = loaded / total; };
task.onPassword = (take) => viewer.dispatchEvent(new CustomEvent("sceau:secret", { detail: take })); // secret.js

const fitted = () => Math.min((box.clientWidth - 4) / (turns % 2 ? sheets[0].height : sheets[0].width), 1.6);
const used = () => scale ?? fitted();

function place(sheet) {
  const sides = turns % 2 ? [sheet.height, sheet.width] : [sheet.width, sheet.height];
  Object.assign(sheet.element.style, { width: `${sides[0] * used()}px`, height: `${sides[1] * used()}px` });
}

async function draw(sheet, sharper = Math.min(devicePixelRatio || 1, 3)) {
  const wanted = `${used()} ${turns} ${sharper}`;
  if (sheet.drawn === wanted) return;
  sheet.drawn = wanted;
  sheet.work?.cancel();
  const page = await file.getPage(sheet.number);
  const rotation = (page.rotate + turns * 90) % 360;
  const [width, height] = [page.view[2] - page.view[0], page.view[3] - page.view[1]];
  [sheet.width, sheet.height] = page.rotate % 180 ? [height, width] : [width, height];
  place(sheet);
  const viewport = page.getViewport({ scale: used(), rotation });
  const finer = Math.min(sharper, Math.sqrt(PIXELS / (viewport.width * viewport.height)));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [viewport.width * finer, viewport.height * finer];
  sheet.work = page.render({ canvas, viewport, transform: [finer, 0, 0, finer, 0, 0], annotationMode: 1 });
  await sheet.work.promise;
  if (sheet.drawn !== wanted) return;
  const text = document.createElement("div");
  text.className = "textLayer";
  sheet.element.style.setProperty("--total-scale-factor", used());
  sheet.element.replaceChildren(canvas, text);
  await new TextLayer({ textContentSource: page.streamTextContent(), container: text, viewport }).render();
}

const quietly = (sheet, sharper) => draw(sheet, sharper).catch((error) => {
  if (error?.name !== "RenderingCancelledException") sheet.element.classList.add("bad");
});
const near = new IntersectionObserver((seen) => {
  for (const { target, isIntersecting } of seen) {
    const sheet = sheets[target.dataset.number - 1];
    sheet.near = isIntersecting;
    if (isIntersecting) quietly(sheet);
    else if (!sheet.kept) { sheet.work?.cancel(); sheet.drawn = ""; sheet.element.replaceChildren(); }
  }
}, { rootMargin: "120% 0px" });

function redraw() {
  said.textContent = `${Math.round(used() * 100)} %`;
  sheets.forEach(place);
  for (const sheet of sheets) if (sheet.near) quietly(sheet);
}

try {
  file = await task.promise;
  const first = (await file.getPage(1)).getViewport({ scale: 1 });
  for (let number = 1; number <= file.numPages; number++) {
    const element = document.createElement("section");
    const name = box.dataset.page.replace("{n}", number).replace("{all}", file.numPages);
    Object.assign(element, { className: "sheet-page", ariaLabel: name });
    element.dataset.number = number;
    sheets.push({ number, element, width: first.width, height: first.height });
  }
  sheets.forEach(place);
  wait.replaceWith(...sheets.map(({ element }) => element));
  redraw();
  for (const { element } of sheets) near.observe(element);
} catch {
  wait.remove();
  viewer.querySelector("[data-trouble]").hidden = false;
}

const ACTS = {
  larger: () => { scale = Math.min(used() * STEP, MOST); },
  smaller: () => { scale = Math.max(used() / STEP, LEAST); },
  fit: () => { scale = scale === null ? 1 : null; },
  turn: () => { turns = (turns + 1) % 4; },
};
viewer.addEventListener("sceau:view", ({ detail }) => { if (sheets.length) { ACTS[detail](); redraw(); } });
viewer.addEventListener("sceau:print", ({ detail }) => { // all of it, up to a limit that a browser bears
  for (const sheet of sheets.slice(0, PRINTED)) { sheet.kept = true; detail.push(quietly(sheet, 2)); }
});
addEventListener("resize", () => { if (sheets.length && scale === null) redraw(); });
