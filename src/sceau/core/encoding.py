"""One unambiguous encoding for what a key, a seal or a signature is bound to.

Two different lists of parts never give the same bytes: each part carries its kind, and its length when
that varies. `docs/format.md` calls this *context encoding*.
"""

from uuid import UUID

Part = UUID | int | bytes


def labelled(label: bytes, purpose: str, *parts: Part) -> bytes:
    """`label`, a zero octet, `purpose` and each part.

    Raises ValueError or OverflowError for what cannot be encoded: a label with a zero octet, a purpose
    above 255 octets of ASCII, an integer outside 0…2⁶⁴−1, more than 2³²−1 octets. These are mistakes
    of the caller, never of data.
    """
    if b"\0" in label:
        raise ValueError("a label has no zero octet")
    name = purpose.encode("ascii")
    return b"".join((label, b"\0", len(name).to_bytes(1, "big"), name, *map(_part, parts)))


def _part(value: Part) -> bytes:
    if isinstance(value, UUID):
        return b"u" + value.bytes
    if isinstance(value, int):
        return b"i" + value.to_bytes(8, "big")
    return b"b" + len(value).to_bytes(4, "big") + value
