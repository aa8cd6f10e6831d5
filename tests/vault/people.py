"""Principals and a mailbox for vault tests."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sceau.core import ids
from sceau.vault import epochs, principals, sessions
from sceau.vault.keyring import Keys
from sceau.vault.principals import NewPrincipal
from sceau.vault.sessions import Assurance

NOW = datetime(2026, 3, 2, 8, 0, 0, 123_000, tzinfo=UTC)
PASSWORD = "Un mot de passe, 12!"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@dataclass
class Somebody:
    """A person with a mailbox, epoch 1 opened."""

    address: str = "alice@sceau.test"
    new: NewPrincipal = field(default_factory=lambda: principals.create(ids.new(), PASSWORD, at=NOW))
    mailbox: UUID = field(default_factory=ids.new)

    def __post_init__(self) -> None:
        self.principal, self.seed = self.new.principal, self.new.seed
        self.keys = Keys(self.principal.id, self.seed)
        self.epoch = epochs.open_next(self.mailbox, [self.address], [self.principal], at=NOW)

    def fresh_keys(self) -> Keys:
        """As another request has them: nothing opened yet."""
        return Keys(self.principal.id, self.seed)

    def begins(self) -> str:
        return sessions.begin(self.principal, self.seed, device="Firefox, Linux", at=NOW)

    def signs_in(self) -> str:
        return sessions.complete(self.begins(), assurance=Assurance.CODE, at=NOW)
