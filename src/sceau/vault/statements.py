"""Statements about public keys (V9): whose they are, since when, for which addresses. Pure.

Canonical JSON with exactly these fields: version, type, subject, addresses, public_key, epoch, not_before.
"""

import base64
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from sceau.core import canonical, clock, hpke
from sceau.core.errors import Malformed


@dataclass(frozen=True, slots=True)
class Statement:
    """`public_key` belongs to `subject`, a `type` ("person", "mailbox"…), from `not_before` on (UTC, milliseconds).

    A mailbox's statement names its addresses and its epoch; a person's the addresses that were proved, and epoch 0.
    """

    type: str
    subject: UUID
    public_key: bytes
    not_before: datetime
    addresses: tuple[str, ...] = ()
    epoch: int = 0

    def encode(self) -> bytes:
        return canonical.dumps(
            {
                "version": 1,
                "type": self.type,
                "subject": str(self.subject),
                "addresses": list(self.addresses),
                "public_key": base64.b64encode(self.public_key).decode(),
                "epoch": self.epoch,
                "not_before": clock.milliseconds(self.not_before),
            }
        )

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Raises Malformed for what does not encode to the same octets again."""
        value = canonical.loads(data)
        try:
            statement = cls._read(value)
            same = statement.encode() == data
        except (KeyError, TypeError, ValueError, OverflowError, OSError) as error:  # the last two: years out of range
            raise Malformed from error
        if not same:
            raise Malformed
        return statement

    @classmethod
    def _read(cls, value: dict[str, Any]) -> Self:
        public_key = base64.b64decode(value["public_key"], validate=True)
        names = [value["type"], value["subject"], *value["addresses"]]
        epoch = value["epoch"]
        if len(public_key) != hpke.PUBLIC_KEY_SIZE or not all(isinstance(name, str) for name in names):
            raise Malformed
        if type(epoch) is not int or epoch < 0:
            raise Malformed
        return cls(
            type=value["type"],
            subject=UUID(value["subject"]),
            public_key=public_key,
            not_before=clock.from_milliseconds(value["not_before"]),
            addresses=tuple(value["addresses"]),
            epoch=epoch,
        )
