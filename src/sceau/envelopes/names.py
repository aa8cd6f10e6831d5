"""Text that shows what it is: subjects, display names and file names that cannot inject or deceive (attacks 7, 14).

Doors and drafts pass what people typed through `one_line` and `safe_name`; the MIME writer then refuses
whatever these would have taken out, so a deceiving text can be replaced at the entrance but never sealed.
"""

import re
import unicodedata

# Controls (CR, LF, NUL, DEL…), line and paragraph separators, lone surrogates, and format characters:
# among them every bidirectional control and zero-width space. Joiners stay: emoji and Persian need them.
_HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_JOINERS = "\u200c\u200d"
_BREAKS = re.compile(r"[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]+")

_NAME_LIMIT = 200  # octets of UTF-8; file systems take 255, and copies get a number
_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')  # by Windows, the strictest; `/` by everybody
_RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?:\.|$)", re.IGNORECASE)


def one_line(text: str) -> str:
    """The text in NFC on one line: breaks and tabs become a space, what cannot be seen is taken out."""
    shown = "".join(filter(_is_seen, _BREAKS.sub(" ", text)))
    return unicodedata.normalize("NFC", shown).strip()


def is_one_line(text: str) -> bool:
    """Whether nothing in it is hidden or breaks the line."""
    return all(map(_is_seen, text))


def safe_name(name: str) -> str:
    """A file name that every system takes and shows as it is; never empty, never a path. Idempotent.

    Runs of spaces shrink to one, so that no extension can be pushed out of sight; what Windows, Linux or
    macOS refuse becomes `_`; at most 200 octets of UTF-8, the extension kept.
    """
    shown = re.sub(r"\s+", " ", one_line(name))
    plain = _FORBIDDEN.sub("_", shown).strip(". ")
    if _RESERVED.match(plain):
        plain = f"_{plain}"
    return _shortened(plain) or "document"


def _is_seen(character: str) -> bool:
    return unicodedata.category(character) not in _HIDDEN or character in _JOINERS


def _shortened(name: str) -> str:
    if len(name.encode()) <= _NAME_LIMIT:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension.encode()) > 16:
        stem, dot, extension = name, "", ""
    room = _NAME_LIMIT - len(f"{dot}{extension}".encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip(". ") + dot + extension
