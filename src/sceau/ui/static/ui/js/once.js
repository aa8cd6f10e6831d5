// A form is sent once: a second press while the first is on its way is dropped, and the button says what is happening.
const PATIENCE = 20_000; // then a person may try again; the server answers a doubled submit as one

// What takes longer than a second shows that it goes on: pages, forms, and panes fetched by htmx.
const slow = (on) => document.documentElement.classList.toggle("slow", on);
let waiting = 0;
const end = () => { clearTimeout(waiting); slow(false); };
const begin = () => { clearTimeout(waiting); waiting = setTimeout(wait, 1_000); };
const wait = () => { slow(true); waiting = setTimeout(end, PATIENCE); }; // a download leads to no other page
addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]:not([download], [target], [href^='#'])");
  if (link && !event.defaultPrevented && !event.ctrlKey && !event.metaKey && !event.shiftKey && /^http/.test(link.protocol)) begin();
});
addEventListener("submit", (event) => event.defaultPrevented || begin());
document.addEventListener("htmx:beforeRequest", begin);
document.addEventListener("htmx:afterRequest", end);
addEventListener("pageshow", end);
addEventListener("pagehide", end);

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
