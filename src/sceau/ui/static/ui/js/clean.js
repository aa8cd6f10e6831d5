// What may stand in a letter: a short list of elements, without attributes but the address of a link. Whatever was
// pasted is read in an inert document, and only what is on the list is made anew here. The server does the same again.
const KEPT = { P: "p", DIV: "div", BR: "br", B: "b", STRONG: "b", I: "i", EM: "i", U: "u", UL: "ul", OL: "ol", LI: "li", BLOCKQUOTE: "blockquote", A: "a",
  H1: "div", H2: "div", H3: "div", H4: "div", H5: "div", H6: "div", TR: "div", PRE: "div", SECTION: "div", ARTICLE: "div" };
const DROPPED = new Set(["SCRIPT", "STYLE", "TITLE", "HEAD", "META", "LINK", "TEMPLATE", "NOSCRIPT", "IFRAME", "OBJECT", "SVG", "MATH", "TEXTAREA", "SELECT"]);
const LINK = /^(?:https?:\/\/|mailto:)[^\s]+$/i;

function element(node) {
  const style = node.getAttribute("data-style") ?? "";
  const heavy = /font-weight:\s*(bold|[6-9]00)/i.test(style), light = /font-weight:\s*(normal|400)/i.test(style);
  const tag = node.nodeName.toUpperCase();
  if (["B", "STRONG"].includes(tag) && light) return null; // some editors wrap all they copy in such a one
  if (tag === "SPAN" && heavy) return document.createElement("b");
  if (tag === "SPAN" && /font-style:\s*italic/i.test(style)) return document.createElement("i");
  if (tag === "A" && !LINK.test(node.getAttribute("href")?.trim() ?? "")) return null;
  return Object.hasOwn(KEPT, tag) ? document.createElement(KEPT[tag]) : null;
}

function copy(from, to) {
  for (const node of from.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) to.append(node.data);
    if (node.nodeType !== Node.ELEMENT_NODE || DROPPED.has(node.nodeName.toUpperCase())) continue;
    const made = element(node);
    if (made?.nodeName === "A") made.href = node.getAttribute("href").trim();
    if (made) to.append(made);
    copy(node, made ?? to);
    if (["TD", "TH"].includes(node.nodeName)) to.append(" ");
  }
  return to;
}

// Styles and handlers get another name first: our policy would have them reported, though nothing here applies one.
const disarmed = (html) => html.replace(/<[^<>]*>/g, (tag) => tag.replace(/\s(style|on\w+)(\s*=)/gi, " data-$1$2"));

export const fragment = (html) => copy(new DOMParser().parseFromString(disarmed(html), "text/html").body, document.createDocumentFragment());

// The letter without its formatting, for whoever cannot show it.
const BLOCKS = new Set(["P", "DIV", "LI", "BLOCKQUOTE", "UL", "OL"]);

export function text(root) {
  let told = "";
  const line = () => { if (told && !told.endsWith("\n")) told += "\n"; };
  const walk = (node) => node.childNodes.forEach((child) => {
    if (child.nodeType === Node.TEXT_NODE) told += child.data.replace(/[\u200b\n]/g, "");
    else if (child.nodeName === "BR") told += child.nextSibling || !BLOCKS.has(node.nodeName) ? "\n" : "";
    else if (BLOCKS.has(child.nodeName)) block(child, node);
    else {
      walk(child);
      const link = child.getAttribute("href");
      if (link && child.textContent.trim() !== link.replace(/^mailto:/, "")) told += ` (${link})`;
    }
  });
  const block = (child, parent) => {
    line();
    const start = told.length;
    walk(child);
    if (told.length === start) told += "\n"; // an empty line was left on purpose
    line();
    const mark = { LI: parent.nodeName === "OL" ? `${[...parent.children].indexOf(child) + 1}. ` : "- ", BLOCKQUOTE: "> " }[child.nodeName];
    if (mark) told = told.slice(0, start) + told.slice(start).trimEnd().replace(/^/gm, (_, at) => (child.nodeName === "LI" && at ? "  " : mark)) + "\n";
  };
  walk(root);
  return told.replace(/\n+$/, "");
}
