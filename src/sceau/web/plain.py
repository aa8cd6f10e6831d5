"""A letter in plain text as its page lays it out: links that can be pressed, long quotations folded."""

import re
from dataclasses import dataclass
from itertools import groupby

from sceau.envelopes import html_values

_LINK = re.compile(r"https?://[^\s<>\"«»]+|[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_AFTER = ".,;:!?'’)]}"  # that ends a sentence, not an address
_FOLDED = 4  # lines of quotation that stay in sight


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that belong together; a long quotation is `folded`."""

    pieces: tuple[Piece, ...]
    quoted: bool = False
    folded: bool = False
    lines: int = 0


def blocks(text: str) -> tuple[Block, ...]:
    """The text, wholly: joining every piece gives it back, but for the line break between two blocks."""
    found = []
    for quoted, lines in groupby(text.split("\n"), _is_quoted):
        group = list(lines)
        found.append(Block(_pieces("\n".join(group)), quoted, quoted and len(group) > _FOLDED, len(group)))
    return tuple(found)


def _is_quoted(line: str) -> bool:
    return line.startswith(">")


def _pieces(text: str) -> tuple[Piece, ...]:
    pieces, done = [], 0
    for found in _LINK.finditer(text):
        words = _trimmed(found[0])
        target = html_values.target(words if "://" in words else f"mailto:{words}")
        if target is None:
            continue
        pieces += [Piece(text[done : found.start()]), Piece(words, target.href)]
        if target.shown.lower() not in words.lower():  # its host is spelt otherwise: say where it really leads
            pieces.append(Piece(f" ({target.shown})"))
        done = found.start() + len(words)
    return tuple(piece for piece in (*pieces, Piece(text[done:])) if piece.text)


def _trimmed(address: str) -> str:
    """Without the sentence's own signs; a closing bracket stays when the address opened one."""
    while address[-1:] in _AFTER and not (address.endswith(")") and address.count("(") >= address.count(")")):
        address = address[:-1]
    return address
