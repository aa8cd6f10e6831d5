"""Six-digit codes that prove somebody reads a mailbox: ten minutes, five tries, three resends, once.

A code belongs to a *subject* (the id of a pending session, of a guest link): 32 bytes, already a hash. Tries and
resends belong to the subject as well, not to the code, so that asking again gives no try back. Every guess is paid
for by a conditional UPDATE before anything is compared, and a right one is taken by a conditional DELETE: a hundred
parallel guesses are five guesses (attack 24).

Nothing here may run inside a transaction that a refusal rolls back: a try that was refused must stay spent.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, QuerySet

from sceau.accounts import hashing
from sceau.accounts.models import Code
from sceau.core import random
from sceau.core.errors import Refused

LIFETIME = timedelta(minutes=10)
DIGITS = 6


class CodeGone(Refused):
    """Expired, used, or never issued: nothing more can be tried."""

    code = "code-gone"


class NoTriesLeft(CodeGone):
    code = "code-no-tries-left"


class NoResendLeft(Refused):
    code = "code-no-resend-left"


class WrongCode(Refused):
    code = "code-wrong"

    def __init__(self, tries_left: int) -> None:
        super().__init__()
        self.tries_left = tries_left


@dataclass(frozen=True, slots=True)
class State:
    tries_left: int
    resends_left: int
    expires_at: datetime


def issue(purpose: str, subject: bytes, *, at: datetime) -> str:
    """A subject's first code. A subject has one row for its life: a second call raises IntegrityError."""
    digits = random.digits(DIGITS)
    Code.objects.create(purpose=purpose, subject=subject, mac=_mac(purpose, subject, digits), expires_at=at + LIFETIME)
    return digits


def reissue(purpose: str, subject: bytes, *, at: datetime) -> str:
    """Another code in place of the last, until the same deadline. Raises NoResendLeft or CodeGone."""
    digits = random.digits(DIGITS)
    live = _live(purpose, subject, at)
    if live.filter(resends_left__gt=0).update(mac=_mac(purpose, subject, digits), resends_left=F("resends_left") - 1):
        return digits
    raise NoResendLeft if live.exists() else CodeGone


def check(purpose: str, subject: bytes, digits: str, *, at: datetime) -> None:
    """Spend one try on `digits`. Raises WrongCode (with the tries left), NoTriesLeft or CodeGone."""
    if not _live(purpose, subject, at).update(tries_left=F("tries_left") - 1):
        row = Code.objects.filter(purpose=purpose, subject=subject, tries_left=0).first()
        raise NoTriesLeft if row else CodeGone
    row = Code.objects.filter(purpose=purpose, subject=subject).first()
    if row is None:  # a right guess took it between our two statements
        raise CodeGone
    if not hmac.compare_digest(_mac(purpose, subject, digits), bytes(row.mac)):
        raise WrongCode(row.tries_left)
    taken, _ = Code.objects.filter(id=row.id, mac=row.mac).delete()
    if not taken:
        raise CodeGone


def state(purpose: str, subject: bytes, *, at: datetime) -> State:
    """What the page says beside the field. Raises CodeGone."""
    row = _live(purpose, subject, at).first()
    if row is None:
        raise CodeGone
    return State(row.tries_left, row.resends_left, row.expires_at)


def _live(purpose: str, subject: bytes, at: datetime) -> QuerySet[Code]:
    return Code.objects.filter(purpose=purpose, subject=subject, tries_left__gt=0, expires_at__gt=at)


def _mac(purpose: str, subject: bytes, digits: str) -> bytes:
    return hashing.keyed("code", purpose.encode(), subject, digits.encode())
