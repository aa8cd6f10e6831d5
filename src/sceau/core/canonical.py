"""Canonical JSON: one sequence of octets for one value, so that it can be hashed and signed.

RFC 8259 with no freedom left: UTF-8; no white space; keys unique and sorted by code point; integers of
at most 53 bits in plain decimal; no other numbers; in strings, `\\"`, `\\\\`, `\\b`, `\\t`, `\\n`, `\\f`, `\\r`
and `\\u00xx` (lower case) for the other characters below U+0020, and nothing else, escaped. Not RFC 8785:
that one sorts by UTF-16 and knows fractions. What does not re-encode to the same octets is refused.
"""

import json
from typing import Any, Never

from sceau.core.errors import Malformed

_DEEPEST = 32
_LARGEST = 2**53 - 1  # exact in every JSON library (RFC 7493 §2.2)


def dumps(value: object) -> bytes:
    """Canonical JSON of None, bool, int, str, list and dict with str keys, nested at most 32 deep.

    Raises Malformed for a lone surrogate, an integer above 53 bits or a deeper value; TypeError for
    another type, which is a mistake of the caller.
    """
    _check(value, depth=1)
    return _encode(value)


def _encode(value: object) -> bytes:
    try:
        return _ENCODER.encode(value).encode()
    except UnicodeEncodeError as error:
        raise Malformed from error


def loads(data: bytes) -> Any:  # the reader checks the shape it expects
    """The value that encodes to exactly `data`. Raises Malformed."""
    try:
        value = _DECODER.decode(data.decode())
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError and JSONDecodeError are ValueErrors
        raise Malformed from error
    # What was parsed holds nothing that `_check` looks for, but depth; and lists are made of many small records.
    if data.count(b"[") + data.count(b"{") > _DEEPEST:
        _check(value, depth=1)
    if _encode(value) != data:
        raise Malformed
    return value


def _check(value: object, *, depth: int) -> None:
    match value:
        case None | bool() | str():
            pass
        case int():
            if abs(value) > _LARGEST:
                raise Malformed
        case list() | dict():
            _check_items(value, depth=depth)
        case _:
            raise TypeError(f"canonical JSON has no {type(value).__name__}")


def _check_items(value: list[object] | dict[object, object], *, depth: int) -> None:
    if depth > _DEEPEST:
        raise Malformed
    if isinstance(value, dict) and not all(isinstance(key, str) for key in value):
        raise TypeError("keys of canonical JSON are text")
    for item in value.values() if isinstance(value, dict) else value:
        _check(item, depth=depth + 1)


def _integer(text: str) -> int:
    value = int(text)
    if abs(value) > _LARGEST:
        raise Malformed
    return value


def _refuse(text: str) -> Never:
    raise Malformed


_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), check_circular=False)
_DECODER = json.JSONDecoder(parse_int=_integer, parse_float=_refuse, parse_constant=_refuse)
