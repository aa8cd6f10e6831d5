"""A letter's HTML made harmless: what is understood stays, in its place; nothing is fetched, run, hidden or covered.

Pure, after parsing (nh3, a browser's own grammar), in three steps: an allow-list normalises; `html_rewrite` replaces
pictures and shows where links lead; the allow-list runs again over the result, so that no mistake in between counts
(attacks 15 to 18). The frame's policy (`web/views/frame.py`) holds without all this, and is tested without it.
"""

import re
from dataclasses import dataclass

import nh3

from sceau.core.errors import Malformed
from sceau.envelopes import html_rewrite, html_values
from sceau.envelopes.html_rewrite import CLASSES, Inline, nothing

LIMIT = 2_000_000  # characters; a letter beyond is shown as text
TAGS_LIMIT = 25_000  # the time that a browser's grammar takes grows with the square of what is nested

_TAGS = {
    *("a", "abbr", "address", "article", "aside", "b", "bdi", "big", "blockquote", "br", "caption", "center", "cite"),
    *("code", "col", "colgroup", "dd", "del", "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "font", "footer"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "i", "img", "ins", "kbd", "li", "main", "mark", "nav", "ol"),
    *("p", "pre", "q", "s", "samp", "section", "small", "span", "strike", "strong", "sub", "sup", "table", "tbody"),
    *("td", "tfoot", "th", "thead", "time", "tr", "tt", "u", "ul", "var", "wbr"),
}
_EMPTIED = {
    *("applet", "audio", "canvas", "embed", "frameset", "iframe", "math", "noembed", "noframes", "noscript", "object"),
    *("script", "style", "svg", "template", "title", "video", "xmp"),
}
_SIZES = {
    *("width", "height", "border", "cellpadding", "cellspacing"),
    *("colspan", "rowspan", "span", "start", "size", "value"),
}
_COLOURS = {"bgcolor", "bordercolor", "color"}
_WORDS = {"align", "valign", "dir", "type", "scope", "nowrap", "reversed"}
_CELL = {"width", "height", "align", "valign", "bgcolor", "nowrap"}
_ATTRIBUTES = {
    "*": {"style", "dir", "align"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height", "border"},
    "table": {*_CELL, "border", "bordercolor", "cellpadding", "cellspacing"},
    "tr": _CELL,
    "td": {*_CELL, "colspan", "rowspan"},
    "th": {*_CELL, "colspan", "rowspan", "scope"},
    "col": {"width", "span"},
    "colgroup": {"width", "span"},
    "font": {"color", "face", "size"},
    "hr": {"width", "size", "color"},
    "ol": {"type", "start", "reversed"},
    "ul": {"type"},
    "li": {"type", "value"},
    "p": {"align"},
    "div": {"align"},
}
_OVERRIDES = re.compile("[\u202a-\u202e\u2066-\u2069]")  # what makes text read in another order than it is (attack 14)
_TAG = re.compile(r"<[A-Za-z]")
_DATA = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/]+=*")
_COLOURED = re.compile(r'(?:bgcolor|color)="|[";](?:background-)?color:')


@dataclass(frozen=True, slots=True, repr=False)
class Clean:
    html: str  # a fragment: flow content, each element closed
    blocked: int  # pictures that a browser would have fetched, and with them a word to whoever put them there
    coloured: bool  # it brings colours of its own, chosen for white paper


def sanitise(html: str, *, inline: Inline = nothing) -> str:
    """The fragment alone: see `clean`."""
    return clean(html, inline=inline).html


def clean(html: str, *, inline: Inline = nothing) -> Clean:
    """What may be shown of a letter. `inline` gives the octets of a `cid:` picture of this very letter, or None.

    Of a picture elsewhere a span of class "remote" stays, "missing" for one that the letter does not bring; a link says
    where it leads in a span of class "target", "odd" when its own words say otherwise. Words are the frame's to give.
    Raises Malformed beyond LIMIT or TAGS_LIMIT.
    """
    if len(html) > LIMIT or sum(1 for _ in _TAG.finditer(html)) > TAGS_LIMIT:
        raise Malformed
    normal = _OVERRIDES.sub("", _FIRST.clean(html))
    rewritten = html_rewrite.rewrite(normal, inline)
    final = _LAST.clean(rewritten.html)
    return Clean(final, rewritten.blocked, bool(_COLOURED.search(final)))


def _filter(tag: str, name: str, value: str) -> str | None:
    """What the last pass believes of an attribute. Everything was set by `html_rewrite`, or stood there before."""
    if name == "style":
        return html_values.style(value) or None
    if name in _SIZES:
        return html_values.size(value)
    if name in _COLOURS:
        return html_values.colour(value)
    if name in _WORDS:
        return value if re.fullmatch(r"[A-Za-z0-9]{0,10}", value) else None
    if name == "href":
        found = html_values.target(value)
        return found.href if found else None
    if name == "src":
        return value if _DATA.fullmatch(value) else None
    if name == "face":
        return value if re.fullmatch(r"[\w ,.'-]{1,200}", value) else None
    return value[:500]  # alt, title: words


_FIRST = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags=_EMPTIED,
    attributes=_ATTRIBUTES,
    link_rel=None,
    url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
    url_relative="deny",
    filter_style_properties=html_values.PROPERTIES,
)
_LAST = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags=_EMPTIED,
    attributes={**_ATTRIBUTES, "a": {"href", "title"}},
    attribute_filter=_filter,
    allowed_classes={"span": set(CLASSES)},
    set_tag_attribute_values={"a": {"target": "_blank"}},
    link_rel="noopener noreferrer",
    url_schemes={"http", "https", "mailto", "data"},
    url_relative="deny",
    filter_style_properties=html_values.PROPERTIES,
)
