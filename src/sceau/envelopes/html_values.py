"""Which values a letter's HTML may keep: styles, sizes, addresses of links, octets of pictures.

Pure. A value is kept when it is understood; everything else goes, whatever it might have meant.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from urllib.parse import unquote

PICTURE_LIMIT = 8_000_000  # octets of one picture inside the letter

_WORD = re.compile(r"[a-z][a-z-]{0,30}")
_FAMILY = re.compile(r"""[\w .-]{1,60}|"[\w .-]{1,60}"|'[\w .-]{1,60}'""")
_HEX = r"#(?:[0-9a-f]{3}|[0-9a-f]{6})"
_FUNCTION = r"(?:rgb|hsl)a?\([0-9.,%/ a-z]{1,60}\)"
_COLOUR = re.compile(rf"{_HEX}|{_FUNCTION}")
_TOKEN = re.compile(rf"{_FUNCTION}|[^\s,]+")
_LENGTH = re.compile(r"(\d{1,4}(?:\.\d{1,6})?|\.\d{1,6})(px|pt|pc|em|rem|ex|ch|cm|mm|in|%)?")
_MOST = {"px": 2000, "pt": 1500, "pc": 120, "cm": 50, "mm": 500, "in": 20, "%": 400, "": 2000}  # others: 100
_LEAST = {"px": 8, "pt": 6, "%": 50, "em": 0.5, "rem": 0.5}  # of letters that people read

_BOX = ("margin", "padding", "border")
_SIDES = ("top", "right", "bottom", "left")
# No `position`, no `z-index`, no `transform`: nothing leaves its place to cover something else (attack 16).
# No `opacity`, `visibility`, `overflow` or `max-height`: nothing that is in a letter is hidden from its reader.
PROPERTIES = {
    *("color", "background", "background-color", "font", "font-family", "font-size", "font-style", "font-weight"),
    *("font-variant", "line-height", "letter-spacing", "word-spacing", "text-align", "text-decoration", "text-indent"),
    *("text-decoration-line", "text-decoration-color", "text-transform", "vertical-align", "white-space", "direction"),
    *("word-break", "overflow-wrap", "width", "max-width", "min-width", "height", "float", "clear", "display"),
    *("list-style", "list-style-type", "table-layout", "caption-side", "empty-cells"),
    *_BOX,
    *(f"{box}-{side}" for box in _BOX for side in _SIDES),
    *(f"border-{side}-{what}" for side in _SIDES for what in ("color", "style", "width")),
    *(f"border-{what}" for what in ("color", "style", "width", "collapse", "spacing", "radius")),
}
_DISPLAYS = {
    *("block", "inline", "inline-block", "list-item"),
    *("table", "inline-table", "table-row", "table-cell", "table-row-group", "table-caption"),
    *("table-header-group", "table-footer-group"),
}

_HOST = re.compile(r"(?!-)[\w-]+(?:\.[\w-]+)*\.?")
_WEB = re.compile(r"(https?)://(?:[^/?#\\@]*@)?([^/?#\\@:]+)(:\d{1,5})?([/?#].*)?", re.IGNORECASE | re.DOTALL)
_MAIL = re.compile(r"mailto:([^?]+)", re.IGNORECASE)
_ADDRESS = re.compile(r"[^\s@<>\"\\,;:]{1,64}@[\w.-]{1,255}")
_GAPS = re.compile(r"[\x00-\x20\x7f]+")  # a browser drops some of these, and reads on
_DATA = re.compile(r"data:image/[a-z+.-]{1,20};base64,([a-z0-9+/\s]+=*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a link leads: `href` as a browser gets it, `shown` as a person reads it."""

    href: str
    shown: str  # the host in A-labels, or the mail address


def style(declarations: str) -> str:
    """The declarations that may stay, as `a:b;c:d`. A mail's `background` keeps its colour only."""
    kept = []
    for declaration in declarations.lower().split(";"):
        name, colon, value = declaration.partition(":")
        plain = _value(name.strip(), value.replace("!important", "").strip()) if colon else ""
        if plain:
            kept.append(plain)
    return ";".join(kept)


def size(value: str) -> str | None:
    """Of `width`, `height`, `cellpadding`…: a number or a percentage."""
    found = re.fullmatch(r"\s*(\d{1,4})(?:\.\d+)?\s*(px|%)?\s*", value)
    if not found or int(found[1]) > _MOST["px"]:
        return None
    return found[1] + ("%" if found[2] == "%" else "")


def colour(value: str) -> str | None:
    plain = value.strip().lower()
    if re.fullmatch(r"[0-9a-f]{6}", plain):
        plain = f"#{plain}"
    return plain if _COLOUR.fullmatch(plain) or _WORD.fullmatch(plain) else None


def target(href: str) -> Target | None:
    """Where a link may lead: the web or a mailbox, spelt anew so that a browser cannot read it otherwise.

    What stood before the host (`https://bank.example@thief.example`), and a mail's parameters, are left out.
    """
    plain = _GAPS.sub("", href)
    if mail := _MAIL.match(plain):
        address = unquote(mail[1])
        return Target(f"mailto:{address}", address) if _ADDRESS.fullmatch(address) else None
    if not (web := _WEB.fullmatch(plain)):
        return None
    scheme, host, port, rest = web.groups(default="")
    ascii_host = _a_labels(host)
    if ascii_host is None:
        return None
    return Target(f"{scheme.lower()}://{ascii_host}{port}{rest}", ascii_host)


def picture(octets: bytes) -> str | None:
    """The `data:` address of a picture; its type is what its first octets say, never what was declared."""
    kind = raster(octets[:16])
    if kind is None or len(octets) > PICTURE_LIMIT:
        return None
    return f"data:image/{kind};base64,{base64.b64encode(octets).decode('ascii')}"


def data_picture(address: str) -> str | None:
    """The same for a picture that stands in the HTML itself."""
    found = _DATA.fullmatch(address.strip())
    if not found or len(found[1]) > PICTURE_LIMIT * 4 / 3:
        return None
    try:
        return picture(base64.b64decode(found[1]))
    except binascii.Error:
        return None


def raster(head: bytes) -> str | None:
    """Which of the pictures that every browser shows begins with these octets. SVG is a program, not one of them."""
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    return "webp" if head[:4] == b"RIFF" and head[8:12] == b"WEBP" else None


def _value(name: str, value: str) -> str:
    if name not in PROPERTIES or not value or len(value) > 200:
        return ""
    if name == "background":
        return _background(value)
    if name == "font-family":
        families = [family.strip() for family in value.split(",")]
        return f"{name}:{value}" if all(map(_FAMILY.fullmatch, families)) else ""
    tokens = _TOKEN.findall(value)
    return f"{name}:{value}" if tokens and all(_may_stay(name, token) for token in tokens) else ""


def _background(value: str) -> str:
    tokens = _TOKEN.findall(value)
    found = [token for token in tokens if _COLOUR.fullmatch(token)]
    if not found and len(tokens) == 1 and _WORD.fullmatch(value) and value != "none":
        found = tokens
    return f"background-color:{found[0]}" if found else ""


def _may_stay(name: str, token: str) -> bool:
    if length := _LENGTH.fullmatch(token):
        return _is_fair(name, float(length[1]), length[2] or "")
    if name == "display":
        return token in _DISPLAYS
    if name == "color" and token == "transparent":
        return False
    if name == "font":
        return bool(_FAMILY.fullmatch(token) or re.fullmatch(r"(\d|\.)+(px|pt|em|%)/(\d|\.)+(px|pt|em|%)?", token))
    return bool(_WORD.fullmatch(token) or _COLOUR.fullmatch(token))


def _is_fair(name: str, number: float, unit: str) -> bool:
    """Lengths that push text out of sight, or make it too small to be read, do not stay."""
    if name in ("font-size", "font"):
        return _LEAST.get(unit, 1) <= number <= _MOST.get(unit, 100) / 10
    if name == "line-height":
        return number >= (1 if unit in ("", "em", "rem") else _LEAST.get(unit, 1))
    if name in ("text-indent", "letter-spacing", "word-spacing"):
        return number <= _MOST.get(unit, 100) / 20
    return number <= _MOST.get(unit, 100)


def _a_labels(host: str) -> str | None:
    try:
        labels = host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None
    return labels if _HOST.fullmatch(labels) and labels.isascii() else None
