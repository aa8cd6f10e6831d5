"""Between the two passes of `html.clean`: pictures come from the letter or not at all, links say where they lead.

Reads what nh3 wrote, which is regular: every element closed, every attribute quoted.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser

from sceau.envelopes import html_values
from sceau.envelopes.html_values import Target

Inline = Callable[[str], bytes | None]

CLASSES = ("remote", "missing", "target", "odd")
_DEPTH = 150  # elements inside each other; beyond, their words stay and their tags go
_PICTURES = 24_000_000  # octets of all pictures together, as `data:` writes them
_VOID = {"br", "col", "hr", "img", "wbr"}
_NUMBER = re.compile(r"\+?[\d .()/-]{3,25}")
_HOST_LIKE = re.compile(r"(?:https?://)?([\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,24})(?![\w@])", re.IGNORECASE)


@dataclass(frozen=True, slots=True, repr=False)
class Rewritten:
    html: str
    blocked: int


def nothing(_cid: str) -> bytes | None:
    """An `inline` for HTML that comes without pictures."""
    return None


def rewrite(html: str, inline: Inline) -> Rewritten:
    rewriter = _Rewriter(inline)
    rewriter.feed(html)
    rewriter.close()
    return Rewritten("".join(rewriter.written), rewriter.blocked)


class _Rewriter(HTMLParser):
    def __init__(self, inline: Inline) -> None:
        super().__init__(convert_charrefs=True)
        self.written: list[str] = []
        self.blocked = 0
        self._inline = inline
        self._room = _PICTURES
        self._open: list[bool] = []  # for each open element: was its tag written?
        self._leads: tuple[Target | None, str] | None = None  # the link that is open
        self._words: list[str] = []  # inside that link

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "img":
            self._picture(values)
        elif tag in _VOID:
            self._write(tag, values)
        else:
            if tag == "a":
                values = self._begin_link(values)
            shallow = len(self._open) < _DEPTH
            self._open.append(shallow)
            if shallow:
                self._write(tag, values)

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID or not self._open:
            return
        if self._open.pop():
            self.written.append(f"</{tag}>")
        if tag == "a" and self._leads:
            self._end_link(*self._leads)

    def handle_data(self, data: str) -> None:
        if self._leads:
            self._words.append(data)
        self.written.append(escape(data, quote=False))

    def _write(self, tag: str, values: dict[str, str]) -> None:
        attributes = "".join(f' {name}="{escape(value)}"' for name, value in values.items())
        self.written.append(f"<{tag}{attributes}>")

    def _picture(self, values: dict[str, str]) -> None:
        source, words = values.pop("src", ""), values.get("alt", "").strip()
        address = self._address(source)
        if address and len(address) <= self._room:
            self._room -= len(address)
            self._write("img", {**values, "src": address})
            return
        kind = "remote" if source.lower().startswith(("http:", "https:")) else "missing"
        self.blocked += kind == "remote"
        if not _is_beacon(values):
            self.written.append(f'<span class="{kind}">{escape(words[:200])}</span>')

    def _address(self, source: str) -> str | None:
        scheme, _, rest = source.partition(":")
        if scheme.lower() == "cid":
            octets = self._inline(rest)
            return html_values.picture(octets) if octets else None
        return html_values.data_picture(source) if scheme.lower() == "data" else None

    def _begin_link(self, values: dict[str, str]) -> dict[str, str]:
        """A link that leads nowhere we know loses its address; a telephone number is shown, and dialled by hand."""
        href = values.pop("href", "")
        self._words = []
        number = href.partition(":")[2] if href.lower().startswith("tel:") else ""
        target = html_values.target(href)
        self._leads = (target, number if _NUMBER.fullmatch(number) else "")
        return {**values, "href": target.href, "title": target.href[:300]} if target else values

    def _end_link(self, target: Target | None, number: str) -> None:
        words = " ".join("".join(self._words).split())
        self._leads = None
        if number and not _same_number(number, words):
            self.written.append(f' <span class="target">{escape(number)}</span>')
        elif target and (kind := _told(target, words)) != "plain":
            self.written.append(f' <span class="{kind}">{escape(target.shown)}</span>')


def _is_beacon(values: dict[str, str]) -> bool:
    """Too small to be looked at: it was there to be fetched."""
    sizes = [values.get(name, "") for name in ("width", "height")]
    return any(re.fullmatch(r"[0-3](px)?", size.strip()) for size in sizes)


def _told(target: Target, words: str) -> str:
    """How to show where a link leads: "plain" when its own words say it, "odd" when they name another place."""
    if target.shown.lower() in words.lower().split():
        return "plain"
    hosts = {host.lower() for host in _HOST_LIKE.findall(words)}
    if "@" in target.shown or not hosts:
        return "target"
    same = {target.shown, target.shown.removeprefix("www.")}
    return "plain" if all(host.removeprefix("www.") in same for host in hosts) else "odd"


def _same_number(number: str, words: str) -> bool:
    return re.sub(r"\D", "", number) in re.sub(r"\D", "", words)
