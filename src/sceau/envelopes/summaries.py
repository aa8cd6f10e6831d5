"""An envelope's content key and its summary: what a list shows without touching the message (V3).

The content key is sealed once per copy; the summary is one AEAD record under a key derived from it.
"""

from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from sceau.core import canonical, hpke
from sceau.core.errors import Malformed
from sceau.core.opaque import Opaque
from sceau.envelopes import rules
from sceau.envelopes.mime import Part, Role
from sceau.envelopes.models import Copy
from sceau.vault import format
from sceau.vault.epochs import EpochKey
from sceau.vault.keyring import Keys

_VERSION = 2
_FIRST = 1  # before imports and formatted letters: text first, then documents; read, never written


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody on an envelope, as the sealed message names him."""

    name: str
    address: str


@dataclass(frozen=True, slots=True, repr=False)
class Imported:
    """What only a mail that its holder brought has. All of its summary is as written in it: nobody vouches for that."""

    date: int | None = None  # its own, in milliseconds since 1970; None when it has none that can be read
    oddities: tuple[str, ...] = ()  # codes of mime.Oddity


@dataclass(frozen=True, slots=True, repr=False)
class Summary:
    sender: Party
    to: tuple[Party, ...]
    cc: tuple[Party, ...]
    subject: str
    label: str
    message_id: str
    references: tuple[str, ...]  # of the messages that this one answers, oldest first
    parts: tuple[Part, ...]  # where each stands in the message
    imported: Imported | None = None

    @property
    def documents(self) -> tuple[Part, ...]:
        """What is not the letter itself; pictures within it count too, so that everything can be reached."""
        return tuple(part for part in self.parts if part.role in (Role.DOCUMENT, Role.INLINE))

    def encode(self) -> bytes:
        return canonical.dumps(
            {
                "version": _VERSION,
                "from": _party(self.sender),
                "to": [_party(party) for party in self.to],
                "cc": [_party(party) for party in self.cc],
                "subject": self.subject,
                "label": self.label,
                "message_id": self.message_id,
                "references": list(self.references),
                "imported": None if self.imported is None else _imported(self.imported),
                "parts": [
                    {
                        "number": part.number,
                        "type": part.content_type,
                        "name": part.name,
                        "encoding": part.encoding,
                        "offset": part.offset,
                        "encoded_size": part.encoded_size,
                        "size": part.size,
                        "sha256": part.sha256.hex(),
                        "role": part.role.value,
                        "charset": part.charset,
                        "cid": part.cid,
                    }
                    for part in self.parts
                ],
            }
        )

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Raises Malformed."""
        value = canonical.loads(data)
        try:
            if value["version"] == _FIRST:
                value = _second(value)
            if value["version"] != _VERSION:
                raise Malformed
            return cls(
                sender=Party(**value["from"]),
                to=tuple(Party(**party) for party in value["to"]),
                cc=tuple(Party(**party) for party in value["cc"]),
                subject=value["subject"],
                label=value["label"],
                message_id=value["message_id"],
                references=tuple(value["references"]),
                parts=tuple(_part(part) for part in value["parts"]),
                imported=_read_imported(value["imported"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise Malformed from error


class ContentKey(Opaque):
    """The key of one envelope, in memory while a request runs."""

    __slots__ = ("envelope", "octets")

    def __init__(self, envelope: UUID, octets: bytes) -> None:
        self.envelope = envelope
        self.octets = octets

    def seal_to(self, reader: EpochKey) -> bytes:
        """The key for one mailbox, bound to the envelope and the mailbox's epoch."""
        return hpke.seal(reader.public_key, self.octets, info=_info(self.envelope, reader.mailbox, reader.number))

    def seal_summary(self, summary: Summary) -> bytes:
        return format.seal_small(self.octets, "summary", summary.encode(), self.envelope)

    def open_summary(self, sealed: bytes) -> Summary:
        """Raises Unreadable."""
        return Summary.decode(format.open_small(self.octets, "summary", sealed, self.envelope))


def content_key(copy: Copy, keys: Keys) -> ContentKey:
    """Open a copy's seal. Raises rules.Destroyed, Unreadable; NotFound without a live grant."""
    if copy.seal is None:
        raise rules.Destroyed
    info = _info(copy.envelope_id, copy.mailbox_id, copy.epoch)
    return ContentKey(copy.envelope_id, keys.open(copy.mailbox_id, copy.epoch, bytes(copy.seal), info=info))


def summary(copy: Copy, keys: Keys) -> Summary:
    """A list's row: one HPKE open; `copy.envelope` is loaded. Raises what `content_key` raises."""
    if copy.envelope.summary is None:
        raise rules.Destroyed
    return content_key(copy, keys).open_summary(bytes(copy.envelope.summary))


def _info(envelope: UUID, mailbox: UUID, epoch: int) -> bytes:
    return hpke.info("content", envelope, mailbox, epoch)


def _party(party: Party) -> dict[str, str]:
    return {"name": party.name, "address": party.address}


def _imported(imported: Imported) -> dict[str, Any]:
    return {"date": imported.date, "oddities": list(imported.oddities)}


def _read_imported(value: dict[str, Any] | None) -> Imported | None:
    return None if value is None else Imported(value["date"], tuple(value["oddities"]))


def _second(value: dict[str, Any]) -> dict[str, Any]:
    """A summary of version 1 as version 2 says it."""
    roles = [Role.TEXT, *[Role.DOCUMENT] * len(value["parts"])]
    added = [{"role": role.value, "charset": "utf-8", "cid": ""} for role in roles]
    parts = [part | more for part, more in zip(value["parts"], added, strict=False)]
    return value | {"version": _VERSION, "parts": parts, "imported": None}


def _part(value: dict[str, Any]) -> Part:
    return Part(
        number=value["number"],
        content_type=value["type"],
        name=value["name"],
        encoding=value["encoding"],
        offset=value["offset"],
        encoded_size=value["encoded_size"],
        size=value["size"],
        sha256=bytes.fromhex(value["sha256"]),
        role=Role(value["role"]),
        charset=value["charset"],
        cid=value["cid"],
    )
