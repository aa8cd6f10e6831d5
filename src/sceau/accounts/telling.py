"""Mails to somebody who has an account: in his language, his hours, with his word."""

from datetime import datetime

from sceau.accounts import links
from sceau.accounts.models import Person
from sceau.core import clock
from sceau.notify import notices
from sceau.notify.kinds import Kind


def tell(person: Person, kind: Kind, *, at: datetime, **context: str | int) -> None:
    """Queue one mail, in the transaction of the act it tells."""
    notices.queue(
        kind,
        person.email,
        person.language,
        context,
        at=at,
        zone=person.zone,
        word=bytes(person.notice_word) if person.notice_word else None,
        person=person.id,
    )


def tell_of_device(person: Person, kind: Kind, *, device: str, link: str = "", at: datetime) -> None:
    """A mail that says that something was done, when and from which device."""
    tell(
        person,
        kind,
        at=at,
        name=person.name,
        device=device,
        at_ms=clock.milliseconds(at),
        zone=person.zone,
        link=link or links.security(),
    )
