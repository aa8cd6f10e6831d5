// Settings that were changed and not saved: the browser asks before they are lost, and the button says that they wait.
for (const form of document.querySelectorAll("form[data-unsaved]")) {
  const before = String(new URLSearchParams(new FormData(form)));
  const changed = () => String(new URLSearchParams(new FormData(form))) !== before;
  let sent = false;
  form.addEventListener("input", () => form.toggleAttribute("data-changed", changed()));
  form.addEventListener("submit", () => { sent = true; });
  addEventListener("pageshow", () => { sent = false; });
  document.addEventListener("sceau:lock", () => { sent = true; }); // nobody is there to be asked
  addEventListener("beforeunload", (event) => !sent && changed() && event.preventDefault());
}
