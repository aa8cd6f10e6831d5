"""Forgetting what is over: the worker's timer. Safe to run at any time, twice, or never."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

from sceau.accounts import journal, recovery
from sceau.accounts.models import Code, JournalEntry, Person, Rate, Recovery, SignUp
from sceau.vault import sessions
from sceau.vault.models import Principal

_DAY = timedelta(days=1)


def purge(*, at: datetime) -> None:
    """Delete links, codes, counters and pending sessions that expired; end recoveries that nobody released."""
    for model in (SignUp, Code, Rate):
        model.objects.filter(expires_at__lte=at).delete()
    Recovery.objects.filter(state=Recovery.State.ASKED, expires_at__lte=at).delete()
    JournalEntry.objects.filter(person=None, at__lte=at - journal.KEPT_FOR_NOBODY).delete()
    JournalEntry.objects.filter(at__lte=at - journal.KEPT).delete()
    # A sign-up that was cut between its two steps leaves a key pair that nobody owns.
    owned = Person.objects.filter(principal=OuterRef("id"))
    lately = (at - 7 * _DAY, at - _DAY)
    Principal.objects.filter(~Exists(owned), kind=Principal.Kind.PERSON, created_at__range=lately).delete()
    sessions.purge(at=at)
    for row in Recovery.objects.filter(state=Recovery.State.WAITING, expires_at__lte=at):
        with transaction.atomic():
            recovery.expire(row, at=at)
