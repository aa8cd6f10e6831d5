"""The operator rewrites what happened; somebody kept a receipt (attack 36).

Each act of docs/threats.md's table, with real envelopes, and the check that tells: the start, `sceau verify-log`, the
same with a kept receipt (`--holds`), or `sceau verify` on that receipt, which asks nobody.
"""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import models

from sceau import blobs
from sceau.cli import verifier
from sceau.core import clock
from sceau.envelopes import receipts
from sceau.envelopes.models import Envelope
from sceau.evidence import checks, keys, log, recovery, trust
from sceau.evidence.events import Event
from sceau.evidence.faults import LogAhead, LogDamaged, LogFault
from sceau.evidence.integrator import Integrator
from sceau.evidence.models import Checkpoint, Evidence, Leader, Log, LogEntry, Pending, Record
from sceau.evidence.note import Checkpoint as Head
from tests import people
from tests.envelopes import desk
from tests.evidence.logs import kept, overwrite
from tests.evidence.test_checks import resign
from tests.people import Member, sign_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.attack(36), pytest.mark.req("E8", "E10")]

# What a forger rewrites or restores: evidence and the log, in the order in which rows depend on each other.
TABLES: tuple[type[models.Model], ...] = (Evidence, Log, LogEntry, Checkpoint, Pending)


@pytest.fixture
def envelope(claire: Member, marc: Member) -> Envelope:
    envelope = desk.send(people.actor(claire), str(marc.address), text="Avis")
    desk.open_copy(envelope, marc)
    publish()
    return envelope


@pytest.fixture
def receipt(envelope: Envelope, claire: Member, tmp_path: Path) -> Path:
    """Claire's, taken away and kept."""
    by = people.actor(claire)
    path = tmp_path / "preuve.json"
    path.write_bytes(receipts.build(desk.own_copy(envelope, by), by=by, at=clock.now()).json)
    return path


@pytest.fixture
def operator_pem(tmp_path: Path) -> Path:
    path = tmp_path / "operator.pem"
    path.write_text(trust.write(settings.SCEAU_KEYS, "Essais"), encoding="utf-8")
    return path


def publish() -> None:
    Leader.objects.all().delete()  # as after a restart: nobody waits for a lease
    Integrator().step(at=clock.now())


def verify(receipt: Path, operator_pem: Path) -> int:
    return verifier.main([str(receipt), "--trust", str(operator_pem)])


def opening(envelope: Envelope) -> Evidence:
    return Evidence.objects.get(envelope=envelope.id, event=Event.CONTENT_ACCESS_TRACKING)


def date_it_otherwise(envelope: Envelope) -> None:
    Evidence.objects.filter(id=opening(envelope).id).update(at_ms=1)


def say_that_another_event_happened(envelope: Envelope) -> None:
    Evidence.objects.filter(id=opening(envelope).id).update(event=Event.CONTENT_CONSIGNMENT)


def give_it_to_another_envelope(envelope: Envelope) -> None:
    Evidence.objects.filter(id=opening(envelope).id).update(envelope=None)


def delete_its_leaf(envelope: Envelope) -> None:
    LogEntry.objects.filter(evidence=opening(envelope).id).delete()


def delete_it_and_move_up(envelope: Envelope) -> None:
    """No gap is left: what followed takes its number."""
    row = opening(envelope)
    entry = LogEntry.objects.get(evidence=row.id)
    index = entry.index
    entry.delete()
    Pending.objects.filter(evidence=row.id).delete()
    row.delete()
    for later in LogEntry.objects.filter(index__gt=index).order_by("index"):
        LogEntry.objects.filter(id=later.id).update(index=later.index - 1)


FORGERIES: list[Callable[[Envelope], None]] = [
    date_it_otherwise,
    say_that_another_event_happened,
    give_it_to_another_envelope,
    delete_its_leaf,
    delete_it_and_move_up,
]


class TestRowsAreChanged:
    @pytest.mark.parametrize("forge", FORGERIES)
    def test_the_start_and_the_full_check_see_it(
        self, envelope: Envelope, receipt: Path, operator_pem: Path, forge: Callable[[Envelope], None]
    ) -> None:
        forge(envelope)
        with pytest.raises(LogFault):
            checks.at_start()
        with pytest.raises(CommandError, match="n’est pas ce qui a été signé"):
            call_command("verify-log")
        assert verify(receipt, operator_pem) == 0  # the receipt needs none of these rows

    def test_no_new_receipt_lies(self, envelope: Envelope, claire: Member) -> None:
        date_it_otherwise(envelope)
        by = people.actor(claire)
        with pytest.raises(LogDamaged):
            receipts.build(desk.own_copy(envelope, by), by=by, at=clock.now())

    def test_the_page_says_that_something_is_wrong(self, envelope: Envelope, claire: Member) -> None:
        date_it_otherwise(envelope)
        own = desk.own_copy(envelope, people.actor(claire))
        answer = sign_in(claire).get(f"/enveloppes/{own.id}/preuve.pdf")
        assert answer.status_code == 503
        assert "journal des preuves" in text_of(answer)


class TestTheWholeLogIsSignedAgain:
    """With the log's real key, tiles and checkpoints made anew: only what left the house can tell."""

    def test_our_own_checks_see_nothing_and_a_kept_receipt_does(
        self, envelope: Envelope, receipt: Path, operator_pem: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        date_it_otherwise(envelope)
        resign(keys.signer())
        checks.at_start()
        call_command("verify-log")  # the stated limit, without witnesses
        assert verify(receipt, operator_pem) == 0
        with pytest.raises(CommandError, match="log-forked"):
            call_command("verify-log", holds=[receipt])

    def test_the_new_receipt_and_the_old_one_contradict_each_other(
        self, envelope: Envelope, claire: Member, receipt: Path, operator_pem: Path, tmp_path: Path
    ) -> None:
        """Both verify: two signed histories of one size are the proof of the forgery."""
        Record.objects.filter(commitment=opening(envelope).facts).delete()  # it names the true time
        Evidence.objects.filter(id=opening(envelope).id).update(at_ms=opening(envelope).at_ms + 3_600_000)
        resign(keys.signer())
        by, forged = people.actor(claire), tmp_path / "forgee.json"
        forged.write_bytes(receipts.build(desk.own_copy(envelope, by), by=by, at=clock.now()).json)
        assert verify(receipt, operator_pem) == verify(forged, operator_pem) == 0
        heads = [_heads(path) for path in (receipt, forged)]
        assert heads[0] != heads[1]
        assert {size for size, _ in heads[0]} == {size for size, _ in heads[1]}


class TestTwoHistories:
    def test_a_second_checkpoint_of_one_size_is_told_by_whoever_has_both(
        self, envelope: Envelope, tmp_path: Path
    ) -> None:
        newest = Checkpoint.objects.latest("size")
        other = tmp_path / "autre"
        other.write_text(keys.signer().sign(Head(newest.log_id, newest.size, bytes(32))), encoding="utf-8")
        with pytest.raises(CommandError, match="log-forked"):
            call_command("verify-log", holds=[other])
        same = tmp_path / "meme"
        same.write_text(newest.note, encoding="utf-8")
        call_command("verify-log", holds=[same])


class TestLastWeekSDatabase:
    """It is put back and the site goes on, as after a careless restore or on purpose."""

    @pytest.fixture
    def restored(self, envelope: Envelope, claire: Member, marc: Member, tmp_path: Path) -> Path:
        """Kept: the receipt of what happened after the picture was taken."""
        picture = {model: list(model._default_manager.all()) for model in TABLES}
        by = people.actor(claire)
        late = desk.send(by, str(marc.address), text="Après l’image")
        publish()
        path = tmp_path / "tardive.json"
        path.write_bytes(receipts.build(desk.own_copy(late, by), by=by, at=clock.now()).json)
        for model in reversed(TABLES):
            model._default_manager.all().delete()
        for model, rows in picture.items():
            model._default_manager.bulk_create(rows)
        return path

    def test_the_start_the_integrator_and_every_check_refuse(self, restored: Path) -> None:
        for refuses in (checks.at_start, publish, lambda: checks.fully(at=clock.now())):
            with pytest.raises(LogAhead):
                refuses()
        with pytest.raises(CommandError):
            call_command("verify-log")

    def test_recovering_names_the_gap_and_old_receipts_still_hold(
        self, restored: Path, receipt: Path, operator_pem: Path
    ) -> None:
        gap = recovery.recover(at=clock.now())
        publish()
        assert gap.size > gap.lost_from
        checks.at_start()
        call_command("verify-log", holds=[restored, receipt])
        assert verify(restored, operator_pem) == verify(receipt, operator_pem) == 0
        assert Evidence.objects.filter(event=Event.LOG_RECOVERED).count() == 1

    def test_with_the_tiles_put_back_too_the_kept_receipt_tells(
        self, envelope: Envelope, restored: Path, claire: Member, marc: Member, operator_pem: Path
    ) -> None:
        """The forger restores the store as well: nothing in the house remembers, the receipt does."""
        _put_tiles_back()
        checks.at_start()
        call_command("verify-log")
        with pytest.raises(CommandError, match="log-ahead"):
            call_command("verify-log", holds=[restored])
        desk.send(people.actor(claire), str(marc.address), text="Une autre histoire")
        desk.send(people.actor(claire), str(marc.address), text="Plus longue")
        publish()
        with pytest.raises(CommandError, match="log-forked"):
            call_command("verify-log", holds=[restored])
        assert verify(restored, operator_pem) == 0


@pytest.mark.req("E9")
@pytest.mark.attack(37)
def test_evidence_cannot_be_dated_before_what_was_published(
    envelope: Envelope, claire: Member, marc: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page refuses in words, and the draft is kept."""
    monkeypatch.setattr(log, "_clock", log._Clock())  # it remembers a good answer for a second
    Checkpoint.objects.update(at=clock.now() + timedelta(minutes=10))
    draft = desk.write(people.actor(claire), str(marc.address))
    form = {"revision": "1", "to": str(marc.address), "subject": "Avis", "body": "Bonjour."}
    answer = sign_in(claire).post(f"/brouillons/{draft.id}/sceller", form)
    assert answer.status_code == 503
    assert "remise à l’heure" in text_of(answer)
    assert Envelope.objects.count() == 1


def _heads(receipt: Path) -> set[tuple[str, str]]:
    """Size and root of every checkpoint in a receipt."""
    notes = [item["proof"] for item in json.loads(receipt.read_bytes())["evidence"]]
    found = set()
    for note in notes:
        text = note[note.index("\n\n") + 2 :] if isinstance(note, str) else note["checkpoint"]
        _, size, root, *_ = text.split("\n")
        found.add((size, root))
    return found


def _put_tiles_back() -> None:
    """As a store restored to the day of the picture: only the tiles of the newest checkpoint that the rows know."""
    for name in kept():
        blobs.store().delete(name)
    newest = Checkpoint.objects.latest("size")
    Checkpoint.objects.all().delete()
    publish()
    Checkpoint.objects.update(note=newest.note)
    (name,) = (name for name in kept() if name.endswith("/checkpoint"))
    overwrite(name, newest.note.encode())
