// A PDF under a password asks for it on the page, where it stays: nothing is sent.
const viewer = document.querySelector("[data-viewer]");
const form = viewer.querySelector("[data-password]");
const wait = viewer.querySelector("[data-wait]");
const field = form.querySelector("input");

viewer.addEventListener("sceau:secret", ({ detail: take }) => {
  wait.hidden = true;
  form.hidden = false;
  field.value = "";
  field.focus();
  form.onsubmit = (event) => {
    event.preventDefault();
    form.hidden = true;
    wait.hidden = false;
    take(field.value);
  };
});
