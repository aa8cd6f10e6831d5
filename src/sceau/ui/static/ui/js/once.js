// A form is sent once: a second press while the first is on its way is dropped, and the button says what is happening.
const PATIENCE = 20_000; // then a person may try again; the server answers a doubled submit as one

addEventListener("submit", (event) => {
  if (!("sent" in event.target.dataset)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, { capture: true });

addEventListener("submit", (event) => { // the form's own listeners have had their say
  const { target: form, submitter } = event;
  if (event.defaultPrevented || form.method !== "post") return;
  form.dataset.sent = "";
  const free = submitter?.dataset.doing ? show(form, submitter) : () => {};
  const again = () => { delete form.dataset.sent; free(); };
  setTimeout(again, PATIENCE);
  addEventListener("pageshow", again, { once: true });
});

function show(form, button) {
  const word = [...button.childNodes].findLast((node) => node.nodeType === Node.TEXT_NODE);
  const before = word.data;
  const status = form.querySelector("[role=status]");
  button.classList.add("busy");
  button.setAttribute("aria-disabled", "true");
  word.data = button.dataset.doing;
  if (status) status.textContent = button.dataset.doing;
  return () => {
    button.classList.remove("busy");
    button.removeAttribute("aria-disabled");
    word.data = before;
  };
}
