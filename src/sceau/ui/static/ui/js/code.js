// Sends the code as soon as its six digits are there, typed or pasted. A pasted sentence is searched for them.
const form = document.querySelector("form[data-code]");
const field = form.elements.code;
let sent = "";

field.addEventListener("input", () => {
  const found = field.value.replace(/(\d)\s+(?=\d)/g, "$1").match(/(?<!\d)\d{6}(?!\d)/);
  if (!found) return;
  field.value = found[0];
  if (sent === field.value) return;
  sent = field.value;
  form.requestSubmit();
});
