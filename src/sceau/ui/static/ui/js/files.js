// Where documents come from: chosen, dropped anywhere on the page, pasted. What came in part before goes on when the
// same file is given again.
const form = document.querySelector("form[data-draft]");
const area = form.querySelector("[data-attach]");
const picker = form.elements.file;
const words = form.querySelector("[data-upload-row]").dataset;
let wanted = null;

area.querySelector("[data-attach-button]").hidden = true;
area.querySelector(".drop").classList.add("on");
area.querySelector(".drop label").classList.add("b");

const parts = () => [...area.querySelectorAll("[data-part]:not([hidden])")];
// Which one it goes on with: the one that was asked for, or one of its name. The server is asked whether it begins alike.
const same = (part, file) => Number(part.dataset.size) === file.size && (part === wanted || part.dataset.name === file.name);

function take(files) {
  for (const file of files) {
    const part = parts().find((each) => same(each, file));
    if (wanted && !part) wanted.querySelector(".small").textContent = words.wrong;
    else form.dispatchEvent(new CustomEvent("sceau:file", { detail: { file, id: part?.dataset.part ?? "" } }));
    if (part) part.hidden = true;
  }
  wanted = null;
}

function dropping(on) {
  form.classList.toggle("dropping", on);
}

function offer() {
  for (const part of parts()) {
    const again = part.querySelector("[data-again]");
    again.hidden = false;
    again.onclick = () => { wanted = part; picker.click(); };
  }
}

picker.addEventListener("change", () => { take(picker.files); picker.value = ""; });
picker.addEventListener("cancel", () => { wanted = null; });
addEventListener("dragover", (event) => {
  if (!event.dataTransfer.types.includes("Files")) return;
  event.preventDefault();
  dropping(true);
});
addEventListener("dragleave", (event) => event.relatedTarget || dropping(false));
addEventListener("drop", (event) => {
  dropping(false);
  if (!event.dataTransfer.files.length) return;
  event.preventDefault();
  take(event.dataTransfer.files);
});
addEventListener("paste", (event) => {
  if (!event.clipboardData?.files.length || event.clipboardData.types.includes("text/html")) return; // a text brings pictures of itself
  event.preventDefault();
  event.stopPropagation();
  take(event.clipboardData.files);
}, { capture: true });
form.addEventListener("sceau:attached", offer);
offer();
