"""Rich text that people compose here: a few tags, sealed as HTML, with the plain text derived from it. Pure.

The allow-list is narrower than what a letter from elsewhere may show (`html`): what leaves here needs no more.
"""

import re
from html import escape
from html.parser import HTMLParser

import nh3

LIMIT = 1_000_000  # characters of HTML

_TAGS = {
    *("a", "b", "blockquote", "br", "div", "em", "h1", "h2", "h3", "hr", "i", "li", "ol", "p", "pre", "s", "strong"),
    *("u", "ul"),
}
_SCHEMES = {"http", "https", "mailto", "tel"}
_BLOCKS = {"blockquote", "div", "h1", "h2", "h3", "li", "ol", "p", "pre", "ul"}
_DISTANT = {"blockquote", "h1", "h2", "h3", "ol", "p", "pre", "ul"}  # an empty line before and after
_DEPTH = 50  # of lists and quotations that still indent


def clean(html: str) -> str:
    """What may be sealed of what a browser sent; empty when nothing can be read in it."""
    kept = nh3.clean(
        html[:LIMIT],
        tags=_TAGS,
        clean_content_tags={"script", "style", "title"},
        attributes={"a": {"href"}},
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer",
    )
    return kept.strip() if plain(kept) else ""


def plain(html: str) -> str:
    """The same words without formatting: lists by dashes and numbers, quotations by `>`, where links lead."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.text()


def paragraph(text: str) -> str:
    """One more line of text, as HTML."""
    return f"<p>{escape(text, quote=False)}</p>"


class _Reader(HTMLParser):
    """Lines of text, each with what stands before it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = []
        self._line = ""
        self._around: list[str] = []  # blockquote, ol, ul, pre
        self._counts: list[int] = []  # of the lists around
        self._mark = ""  # of the list's item that begins
        self._link: tuple[str, str] | None = None  # where it leads, what the line held before

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self._end(always=True)
        elif tag == "hr":
            self._break(distant=True)
            self._line = "-" * 20
            self._break(distant=True)
        elif tag == "a":
            self._link = dict(attrs).get("href") or "", self._line
        elif tag in _BLOCKS:
            self._break(distant=tag in _DISTANT and not self._in_list())
            self._enter(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._link:
            (target, before), self._link = self._link, None
            shown = self._line.removeprefix(before).strip()
            if target and shown not in (target, target.partition(":")[2]):
                self._line += f" <{target}>"
        elif tag in _BLOCKS:
            self._leave(tag)
            self._break(distant=tag in _DISTANT and not self._in_list())

    def handle_data(self, data: str) -> None:
        if "pre" in self._around:
            first, *others = data.split("\n")
            self._line += first
            for line in others:
                self._end(always=True)
                self._line = line
            return
        words = re.sub(r"[ \t\r\n\f]+", " ", data)
        self._line += words.lstrip(" ") if not self._line or self._line.endswith(" ") else words

    def text(self) -> str:
        self._break(distant=False)
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self._lines)).strip("\n")

    def _in_list(self) -> bool:
        return bool(self._counts)

    def _enter(self, tag: str) -> None:
        if tag in ("ol", "ul"):
            self._counts.append(0)
        if tag in ("blockquote", "ol", "ul", "pre") and len(self._around) < _DEPTH:
            self._around.append(tag)
        if tag == "li" and self._counts:
            self._counts[-1] += 1
            numbered = next((each for each in reversed(self._around) if each in ("ol", "ul")), "ul") == "ol"
            self._mark = f"{self._counts[-1]}. " if numbered else "- "

    def _leave(self, tag: str) -> None:
        self._break(distant=False)
        if tag in ("ol", "ul") and self._counts:
            self._counts.pop()
        if self._around and self._around[-1] == tag:
            self._around.pop()

    def _break(self, *, distant: bool) -> None:
        self._end(always=False)
        if distant and self._lines and self._lines[-1].strip("> "):
            self._lines.append(self._quotes().rstrip())

    def _end(self, *, always: bool) -> None:
        line, self._line = self._line.rstrip(" \u00a0") if "pre" not in self._around else self._line, ""
        if line or always:
            indent = "  " * max(0, sum(each in ("ol", "ul") for each in self._around) - 1)
            self._lines.append(f"{self._quotes()}{indent}{self._mark}{line}".rstrip())
            self._mark = ""

    def _quotes(self) -> str:
        return "> " * self._around.count("blockquote")
