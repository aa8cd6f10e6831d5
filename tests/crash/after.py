"""After a death: what production does by itself, what people do who got no answer, and what must be true then."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet

from sceau.cli import backups, checks, store_check
from sceau.core import clock
from sceau.envelopes import access, sending
from sceau.envelopes.models import Copy, Draft, Envelope, Opening, Upload
from sceau.evidence.checks import require_contains
from sceau.evidence.models import LogEntry
from sceau.notify.models import Notice
from tests.crash import check, day, load
from tests.crash.saying import Said, say


def recover(act: str, said: list[Said], note: str | None, arguments: dict[str, Any]) -> None:
    """`said`: what had been acknowledged. `note`: the checkpoint that a monitor fetched just after the death."""
    again = getattr(day, act)
    if act == "restore" and not said:  # there may be no database before it was done again
        assert [message.id for message in checks.restore()] == ["sceau.E021"], "no service starts meanwhile"
        again(**arguments)
    for facts in said:
        acknowledged(**facts)
    check.either_draft_or_envelope()
    assert len(day.written(day.claire())) == len(day.WRITTEN), "a draft is there, or its envelope"
    check.same(list(store_check.verify(at=clock.now())), [])
    day.work()
    if act != "restore":
        again(**arguments)
    day.work()
    if note:
        require_contains(note)
    check.whole([day.claire(), day.marc()])
    say(described=check.described())


def acknowledged(**facts: Any) -> None:
    """What was said to be done is done."""
    for what, value in facts.items():
        if not DONE[what](value, facts):
            raise AssertionError(json.dumps(facts))


def _copies(envelope: str) -> QuerySet[Copy]:
    return Copy.objects.filter(envelope=envelope)


# What each word of an act promises.
DONE: dict[str, Callable[[Any, dict[str, Any]], bool]] = {
    "saved": lambda id, facts: Draft.objects.get(id=id).revision >= facts["revision"],
    "attached": lambda id, _: Upload.objects.filter(id=id).exists(),
    "forwarded": lambda id, _: Upload.objects.filter(draft=id).count() == 1,
    "sealed": lambda id, _: (
        bool(Envelope.objects.get(id=id).blob_key) and _copies(id).filter(seal__isnull=False).count() == 2
    ),
    "withdrawn": lambda id, _: _copies(id).filter(seal=None, withdrawn_at__isnull=False).count() == 1,
    "opened": lambda id, _: Opening.objects.filter(copy=id).count() == 1,
    "brought": lambda id, _: bool(Copy.objects.get(envelope=id, seal__isnull=False).envelope.blob_key),
    "deleted": lambda id, _: Copy.objects.get(id=id).seal is None,
    "backed_up": lambda name, _: name in [generation.name for generation in backups.generations(day.backups_folder())],
    **dict.fromkeys(("revision", "restored", "rotated"), lambda _, __: True),
}


def settle(said: list[list[str]], notes: list[str]) -> None:
    """After many deaths. `said`: [what, id] of everything that was acknowledged; `notes`: checkpoints seen outside."""
    check.either_draft_or_envelope()
    everything_is_there(said)
    day.work()
    by = day.claire()
    for draft in Draft.objects.values_list("id", flat=True):
        left = access.draft(draft, for_=by)
        left = load.go_on(left, lambda text: said.append(text.split()))
        sending.seal(left, by=by, at=clock.now())
    documents_are_there(said)
    day.work()
    for note in notes:
        require_contains(note)
    check.whole([day.claire(), day.marc()])
    # By when it left: one that waited since before the first death left under load, too.
    sent = Notice.objects.filter(state=Notice.State.SENT, ended_at__gt=clock.now() - timedelta(days=1))
    say(notices=[id.hex for id in sent.values_list("id", flat=True)])
    say(envelopes=Envelope.objects.count(), log=LogEntry.objects.count())


def everything_is_there(said: list[list[str]]) -> None:
    ids: dict[str, set[str]] = defaultdict(set)
    for what, id in said:
        ids[what].add(id)
    envelopes = {str(id) for id in Envelope.objects.values_list("id", flat=True)}
    drafts = {str(id) for id in Draft.objects.values_list("id", flat=True)}
    check.same(ids["begun"] - envelopes - drafts, set())
    check.same(ids["sealed"] - envelopes, set())
    check.same(ids["opened"] - {str(id) for id in Opening.objects.values_list("copy", flat=True)}, set())
    left = Copy.objects.filter(id__in=ids["deleted"]).exclude(seal=None)
    check.same(list(left), [])
    taken_back = Copy.objects.filter(seal=None, opened_at=None).exclude(withdrawn_at=None)
    check.same(ids["withdrawn"] - {str(id) for id in taken_back.values_list("envelope", flat=True)}, set())


def documents_are_there(said: list[list[str]]) -> None:
    """As many in each envelope as were acknowledged to its draft, at least: the last word may have been cut short."""
    told = Counter(draft for draft, _ in {tuple(ids.split("/")) for what, ids in said if what == "attached"})
    held = {str(id): count for id, count in Envelope.objects.values_list("id", "documents")}
    check.same({id for id, count in told.items() if held[id] < count}, set())
