// Proposes people while a name is typed: the ARIA combobox pattern, with a list below the field. The server answers only
// people one has exchanged with, or who holds exactly the address that was typed.
const WAIT = 150;

export function complete(input, url, choose) {
  const list = document.createElement("ul");
  const token = input.form.elements.csrfmiddlewaretoken.value;
  let timer = 0, asked = "", people = [], active = -1;

  Object.assign(list, { className: "people-list", id: `${input.id}_people`, hidden: true, role: "listbox" });
  list.setAttribute("aria-label", input.labels[0].textContent);
  input.after(list);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id })) input.setAttribute(name, value);

  function close() {
    clearTimeout(timer);
    asked = "";
    list.hidden = true;
    people = [];
    activate(-1);
    input.setAttribute("aria-expanded", "false");
  }

  function activate(place) {
    active = place;
    [...list.children].forEach((option, index) => option.setAttribute("aria-selected", String(index === place)));
    const option = list.children[place];
    if (option) input.setAttribute("aria-activedescendant", option.id);
    else input.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  }

  function option(person, index) {
    const made = document.createElement("li");
    Object.assign(made, { id: `${list.id}_${index}`, role: "option" });
    for (const [tag, text] of [["b", person.name], ["span", person.detail], ["span", person.address]]) {
      const part = document.createElement(tag);
      part.textContent = text;
      if (text) made.append(part, " ");
    }
    made.addEventListener("pointerdown", (event) => { event.preventDefault(); pick(index); });
    return made;
  }

  function pick(index) {
    const person = people[index];
    close();
    choose(person);
  }

  async function ask() {
    const text = asked = input.value.trim();
    if (text.length < 2) return close();
    const body = new URLSearchParams({ text, csrfmiddlewaretoken: token });
    const answer = await fetch(url, { method: "POST", body, headers: { Accept: "application/json" } }).catch(() => null);
    if (asked !== text || document.activeElement !== input) return; // somebody typed on, or went elsewhere
    people = answer?.ok ? (await answer.json().catch(() => ({}))).people ?? [] : []; // else it was led to the way in
    if (!people.length) return close();
    list.replaceChildren(...people.map(option));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    activate(text.includes("@") && people[0].address !== text ? -1 : 0);
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  });
  input.addEventListener("blur", () => setTimeout(close, 100));

  // True when the key was for the list.
  function key(event) {
    if (list.hidden) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) activate((active + step + people.length + (active < 0 && step < 0 ? 1 : 0)) % people.length);
    else if (["Enter", "Tab"].includes(event.key) && active >= 0) pick(active);
    else if (event.key === "Escape") close();
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }
  return { close, key };
}
