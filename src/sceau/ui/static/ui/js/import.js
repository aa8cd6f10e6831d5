// Shows how far files of mails have come. Without this script the same form sends them, and says so at the end.
const percent = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" });

function send(form) {
  const box = form.querySelector("[data-progress]"), bar = box.querySelector("progress"), words = box.querySelector("p");
  const buttons = form.querySelectorAll("button");
  const request = new XMLHttpRequest();
  const broken = () => {
    bar.value = 0;
    words.textContent = form.dataset.broken;
    for (const button of buttons) button.disabled = false;
  };
  box.hidden = false;
  for (const button of buttons) button.disabled = true;
  request.open("POST", form.action);
  request.responseType = "document";
  request.upload.addEventListener("progress", (event) => {
    if (!event.lengthComputable) return;
    bar.value = event.loaded / event.total;
    words.textContent = form.dataset.sending.replace("%", percent.format(bar.value));
  });
  request.upload.addEventListener("load", () => {
    bar.removeAttribute("value");
    words.textContent = form.dataset.filing;
  });
  request.addEventListener("load", () => show(request.response) || broken());
  request.addEventListener("error", broken);
  request.send(new FormData(form));
}

function show(page) {
  const found = page?.querySelector("main");
  if (!found) return false;
  document.querySelector("main").replaceWith(document.adoptNode(found));
  document.title = page.title;
  (found.querySelector("#rapport-titre") || found.querySelector("h1"))?.focus();
  return true;
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-import]")) return;
  event.preventDefault();
  send(event.target);
});
