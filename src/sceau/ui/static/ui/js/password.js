// Two helps for a password: show what is typed, and say what it lacks. The strength is computed here, nothing leaves
// the page; the rule is that of accounts/passwords.py (a test compares them), which decides.
const ROWS = ["abcdefghijklmnopqrstuvwxyz", "01234567890", "azertyuiop", "qsdfghjklm", "wxcvbn", "qwertyuiop", "asdfghjkl",
  "zxcvbnm", "&e\"'(-e_ca)=", "1qaz2wsx3edc", "1aqw2zsx3edc"];
const TRIPLES = new Set(ROWS.flatMap((row) => [row, [...row].reverse().join("")])
  .flatMap((row) => [...row].slice(2).map((_, at) => row.slice(at, at + 3))));
const HABITS = /(?:19|20)\d\d|(.)\1{2,}|(.{2,6}?)\2+/gu;
const TWINS = { 0: "o", 1: "i", l: "i", "!": "i", 3: "e", 4: "a", "@": "a", 5: "s", $: "s" };
const PIECE = 2, ENOUGH = 9;

const plain = (text) => text.toLowerCase().replaceAll("ß", "ss").normalize("NFKD").replace(/\p{M}/gu, "");
const twins = (text) => text.replace(/[01l!34@5$]/g, (sign) => TWINS[sign]);

function runs(text) {
  const spans = [];
  let start = null;
  for (let at = 0; at < text.length - 1; at++) {
    if (TRIPLES.has(text.slice(at, at + 3))) start ??= at;
    else if (start !== null) { spans.push([start, at + 2]); start = null; }
  }
  return spans;
}

function worth(text, words) {
  const spans = [...runs(text)];
  for (const match of twins(text).matchAll(words)) spans.push([match.index, match.index + match[0].length]);
  for (const match of text.matchAll(HABITS)) spans.push([match.index, match.index + match[0].length]);
  spans.sort((a, b) => a[0] - b[0] || b[1] - a[1]);
  let total = 0, end = 0;
  for (const [start, stop] of spans) if (stop > end) { total += Math.max(start - end, 0) + PIECE; end = stop; }
  return total + text.length - end;
}

export function judge(password, length, words) {
  const value = worth(plain(password.slice(0, 200)), words);
  const met = {
    length: password.length >= length && password.length <= 200,
    lower: /\p{Ll}/u.test(password), upper: /\p{Lu}/u.test(password), digit: /\p{Nd}/u.test(password),
    other: /[^\p{L}\p{N}]/u.test(password), common: password.length >= length && value >= ENOUGH,
  };
  const steps = [Math.floor(ENOUGH / 2), ENOUGH, 12, 16].filter((step) => value >= step).length;
  return { met, strength: Object.values(met).every(Boolean) ? steps : Math.min(steps, 1) };
}

export function pattern(words) {
  const sorted = words.split(" ").map(twins).sort((a, b) => b.length - a.length);
  return new RegExp(sorted.join("|"), "gu");
}

for (const box of document.querySelectorAll("[data-strength-of]")) {
  const field = document.getElementById(box.dataset.strengthOf);
  const meter = box.querySelector("meter");
  const words = pattern(box.dataset.words);
  const show = () => {
    const { met, strength } = judge(field.value, Number(box.dataset.length), words);
    meter.hidden = field.value === "";
    meter.value = strength;
    for (const rule of box.querySelectorAll("[data-rule]")) rule.toggleAttribute("data-met", met[rule.dataset.rule]);
  };
  field.addEventListener("input", show);
  show();
}

for (const box of document.querySelectorAll("[data-password]")) {
  const field = box.querySelector("input");
  const button = document.createElement("button");
  const name = () => { button.textContent = field.type === "password" ? box.dataset.show : box.dataset.hide; };
  button.setAttribute("aria-controls", field.id);
  button.type = "button";
  button.className = "b";
  button.addEventListener("click", () => { field.type = field.type === "password" ? "text" : "password"; name(); });
  field.form.addEventListener("submit", () => { field.type = "password"; });
  name();
  box.append(button);
}
