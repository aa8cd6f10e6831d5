"""From octets to text: charsets, and the encoded-words of headers (RFC 2047), as mails really have them.

Nothing here raises for what a mail says: what cannot be read as it claims to be is read in another way.
"""

import re
from binascii import a2b_qp
from collections.abc import Iterator
from encodings.aliases import aliases
from itertools import groupby

from sceau.envelopes import names
from sceau.envelopes.mime import transfer

_VALUE_LIMIT = 32_768  # octets of a header's value that are looked at
# Not charsets, or ways to write what the text does not show (UTF-7 and HZ hide markup in plain letters).
_REFUSED = {
    *("utf_7", "hz", "idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"),
    *("base64_codec", "bz2_codec", "hex_codec", "quopri_codec", "rot_13", "uu_codec", "zlib_codec"),
}
_KNOWN = {*aliases, *aliases.values()}
_MEANT = {  # what writers of these really mean, as browsers read them
    "ascii": "utf_8",
    "us_ascii": "utf_8",
    "latin_1": "cp1252",
    "iso8859_1": "cp1252",
    "iso8859_9": "cp1254",
    "tis_620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
}
_OTHER_NAMES = {"ks_c_5601_1987": "cp949", "x_sjis": "cp932", "cp_850": "cp850", "x_unknown": "utf_8", "": "utf_8"}
_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?\r\n]*)\?=")
_NOTHING_BETWEEN = re.compile(r"\s*")
_BREAKS = re.compile(r"[\t\r\n]+")


def codec(charset: str) -> str | None:
    """Python's name of a declared charset; None for one that is unknown or refused."""
    name = re.sub(r"[^0-9a-z]+", "_", charset.strip().strip("\"'").lower()).strip("_")
    if name in _OTHER_NAMES:
        return _OTHER_NAMES[name]
    found = aliases.get(name, name)
    if name not in _KNOWN or found in _REFUSED:
        return None
    return _MEANT.get(found, found)


def text(octets: bytes, charset: str) -> str:
    """The octets as text. What is declared wrongly, or not at all, is read as UTF-8 if it is, else as Windows-1252."""
    chosen = codec(charset)
    if chosen in (None, "utf_8"):
        return _guessed(octets)
    try:
        return octets.decode(chosen or "utf_8", "replace")
    except UnicodeError:  # some codecs refuse to replace
        return _guessed(octets)


def header(octets: bytes | bytearray) -> str:
    """A header's value before its encoded-words are read: unfolded, 8-bit octets as UTF-8 or Windows-1252."""
    return _guessed(bytes(octets[:_VALUE_LIMIT]).replace(b"\r\n", b"").replace(b"\n", b"").strip())


def decoded(value: str) -> str:
    """The encoded-words of a value as what they stand for; those that are none stay as they are.

    The octets of neighbours with one charset are joined first: many writers cut within a character.
    """
    shown = []
    for plain, words in _runs(value):
        shown.append(plain)
        for charset, group in groupby(words, key=lambda word: word[0].partition("*")[0].lower()):
            shown.append(text(b"".join(map(_octets, group)), charset))
    return "".join(shown)


def seen(value: str) -> tuple[str, bool]:
    """The text on one line without anything that cannot be seen, and whether something was taken out."""
    return names.one_line(value), not names.is_one_line(_BREAKS.sub(" ", value))


def _guessed(octets: bytes) -> str:
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return octets.decode("cp1252", "replace")


def _runs(value: str) -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    """Plain text, and the encoded-words that follow it with nothing but space between them."""
    plain, words, at = "", list[tuple[str, str, str]](), 0
    for found in _WORD.finditer(value):
        between = value[at : found.start()]
        if words and not _NOTHING_BETWEEN.fullmatch(between):
            yield plain, words
            plain, words = between, []
        elif not words:
            plain = between
        words.append((found[1], found[2], found[3]))
        at = found.end()
    yield plain, words
    yield value[at:], []


def _octets(word: tuple[str, str, str]) -> bytes:
    _, encoding, content = word
    octets = content.encode("utf-8", "replace")
    if encoding in "qQ":
        return a2b_qp(octets, header=True)
    return b"".join(transfer.decode(transfer.BASE64, [octets]))
