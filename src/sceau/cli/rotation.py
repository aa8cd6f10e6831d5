"""New keys for old ones (V10). Payloads are never rewritten; what older keys sealed still opens.

Services are stopped meanwhile: running processes would refuse statements of a signer that they do not know. Killed
anywhere, run it again: each part is a transaction, or a file replaced at once.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max, Model, OuterRef, QuerySet, Subquery

from sceau import custody
from sceau.accounts import mailboxes
from sceau.accounts.models import Mailbox
from sceau.core import hpke
from sceau.core.failpoints import failpoint
from sceau.envelopes.models import Copy
from sceau.evidence import keys as log_keys
from sceau.evidence import log, records, seals
from sceau.evidence.events import Event
from sceau.notify import queue_key
from sceau.vault import principals, signer
from sceau.vault.models import MailboxEpoch, Principal, Wrap

_PURPOSE = "recovery"
_BATCH = 500

_Row = TypeVar("_Row", bound=Model)
_Signed = TypeVar("_Signed", Principal, MailboxEpoch)


def rotate(parts: list[str], *, at: datetime) -> Iterator[tuple[str, int]]:
    """Rotate these parts, in the one order that works; each with how many things moved to the new key."""
    for part, do in PARTS.items():
        if part in parts:
            count = do(at)
            with transaction.atomic():
                log.record(log.Fact(Event.KEY_ROTATED, facts=_facts({"key": part, "moved": count}, at)), at=at)
            failpoint("rotate.recorded")
            yield part, count


def left_behind() -> dict[str, int]:
    """What still depends on an older key: content seals move while their readers work (`envelopes.rekeying`)."""
    newest = MailboxEpoch.objects.filter(mailbox=OuterRef("mailbox_id")).values("mailbox").annotate(last=Max("number"))
    copies = Copy.objects.filter(seal__isnull=False).annotate(last=Subquery(newest.values("last")))
    return {"copies": copies.filter(epoch__lt=F("last")).count()}


def _signer(at: datetime) -> int:
    """Sign every statement again: each was verified under a pinned key, so nothing new is believed."""
    signer.rotate(settings.SCEAU_KEYS)
    return _sign_again(Principal.objects.all()) + _sign_again(MailboxEpoch.objects.all())


def _sign_again(rows: QuerySet[_Signed]) -> int:
    count = 0
    for row in _each(rows):
        _, signature = signer.sign(signer.verify(bytes(row.statement), bytes(row.signature)))
        count += rows.filter(pk=row.pk).update(signature=signature)
    return count


def _epochs(at: datetime) -> int:
    count = 0
    for mailbox in _each(Mailbox.objects.select_related("owner__principal")):
        if mailbox.owner is not None and mailbox.owner.is_active:
            with transaction.atomic():
                mailboxes.roll(mailbox, at=at)
            count += 1
    return count


def _custody(at: datetime) -> int:
    """Seal every custody wrap to the new custody key; each opening is evidence, without the person's name."""
    custody.rotate(
        settings.SCEAU_CUSTODY_KEY_FILE, settings.SCEAU_KEYS / "custody.pub", settings.SCEAU_CUSTODY_PASSPHRASE
    )
    keeper, public_key = custody.load(), custody.public_key(_PURPOSE)
    count = 0
    for wrap in _each(Wrap.objects.filter(kind=Wrap.Kind.CUSTODY).select_related("principal")):
        info = principals.custody_info(wrap.principal)
        seed = keeper.open(_PURPOSE, bytes(wrap.sealed), info=info)
        with transaction.atomic():
            facts = _facts({"purpose": "rotation", "principal": str(wrap.principal_id)}, at)
            log.record(log.Fact(Event.CUSTODY_USED, facts=facts), at=at)
            Wrap.objects.filter(pk=wrap.pk).update(sealed=hpke.seal(public_key, seed, info=info), created_at=at)
        count += 1
    return count


def _queue(at: datetime) -> int:
    queue_key.renew(settings.SCEAU_KEYS)
    return 0


def _log(at: datetime) -> int:
    log_keys.rotate(settings.SCEAU_KEYS)
    return 0


def _seal(at: datetime) -> int:
    seals.renew(settings.SCEAU_KEYS, settings.SCEAU_OPERATOR, at=at)
    return 0


def _each(rows: QuerySet[_Row]) -> Iterator[_Row]:
    """Every row, a batch at a time: no statement stays open while we write."""
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), _BATCH):
        yield from rows.filter(pk__in=ids[start : start + _BATCH])


def _facts(content: records.Content, at: datetime) -> records.SealedRecord:
    """For evidence custody alone."""
    return records.seal(content, [], envelope=None, at=at)


PARTS: dict[str, Callable[[datetime], int]] = {
    "signer": _signer,
    "epochs": _epochs,
    "custody": _custody,
    "queue": _queue,
    "log": _log,
    "seal": _seal,
}
