"""Documents that no single envelope takes, as several: which go together, and what each is called. Pure."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sceau.envelopes import names, rules


@dataclass(frozen=True, slots=True)
class Part:
    """One envelope of a series."""

    number: int  # from 1
    of: int

    @property
    def alone(self) -> bool:
        return self.of == 1


ALONE = Part(1, 1)


def plan(sizes: Sequence[int], *, limit: int) -> tuple[tuple[int, ...], ...]:
    """Which documents (by their places) each envelope holds: each goes into the first that has room, in their order.

    `sizes` and `limit`: decoded octets. One envelope when everything fits, or when there is nothing. What is left
    once the first envelope is sealed is planned the same way again. Raises rules.DocumentTooLarge for a
    document that fits none.
    """
    envelopes: list[list[int]] = [[]]
    room = [limit]
    for place, size in enumerate(sizes):
        if size > limit:
            raise rules.DocumentTooLarge(limit, size)
        at = next((at for at, left in enumerate(room) if size <= left), None)
        if at is None:
            at = len(room)
            envelopes.append([])
            room.append(limit)
        envelopes[at].append(place)
        room[at] -= size
    return tuple(map(tuple, envelopes))


def subject(text: str, part: Part) -> str:
    """ "Bilan (2/3)" """
    plain = names.one_line(text)
    if part.alone:
        return rules.subject(plain)
    mark = f"({part.number}/{part.of})"
    return f"{plain[: rules.SUBJECT_LIMIT - len(mark) - 1].strip()} {mark}".strip()


def part_id(draft: UUID, part: Part) -> UUID:
    """The envelope's id: the last one has the draft's; the others', like it, are the same however often one tries."""
    if part.number == part.of:
        return draft
    digest = hashlib.sha256(b"sceau/part/1" + draft.bytes + part.number.to_bytes(2, "big")).digest()
    # RFC 9562 §5.8 (version 8), with the draft's time in front: such ids sort where the others do.
    octets = bytearray(draft.bytes[:6] + digest[6:16])
    octets[6] = octets[6] & 0x0F | 0x80
    octets[8] = octets[8] & 0x3F | 0x80
    return UUID(bytes=bytes(octets))
