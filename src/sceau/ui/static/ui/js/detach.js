// Taking a document off can be undone for a moment: until then it stays where it is.
const form = document.querySelector("form[data-draft]");
const attached = form.querySelector("[data-attached]");
const seal = form.querySelector("[data-seal]");
const UNDO = 6_000; // milliseconds
const going = new Map();

async function detach(button) {
  clearTimeout(going.get(button));
  going.delete(button);
  const body = new URLSearchParams({ csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value });
  const answer = await fetch(button.formAction, { method: "POST", body, headers: { Accept: "text/html" } }).catch(() => null);
  const page = answer?.ok && new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page && page.querySelector("[data-attached]");
  if (!fresh) return keep(button); // the line broke: it is still there
  for (const other of going.keys()) await detach(other);
  attached.replaceChildren(...fresh.childNodes);
  form.dispatchEvent(new CustomEvent("sceau:attached"));
  form.dispatchEvent(new CustomEvent("sceau:changed"));
}

function keep(button) {
  clearTimeout(going.get(button));
  going.delete(button);
  button.closest("li").classList.remove("leaving");
}

attached.addEventListener("click", (event) => {
  const button = event.target.closest("[data-detach]");
  if (!button) return;
  event.preventDefault();
  if (going.has(button)) return keep(button);
  button.closest("li").classList.add("leaving");
  going.set(button, setTimeout(() => detach(button), UNDO));
});
form.addEventListener("submit", (event) => {
  if (event.submitter !== seal || !going.size) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  Promise.all([...going.keys()].map(detach)).then(() => form.requestSubmit(seal));
}, { capture: true });
addEventListener("pagehide", () => {
  const body = new URLSearchParams({ csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value });
  for (const button of going.keys()) navigator.sendBeacon(button.formAction, body);
});
