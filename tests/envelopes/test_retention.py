"""What time, a sender and a reader do to content; and what is left: the evidence."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction

from sceau import blobs
from sceau.core import clock
from sceau.core.errors import NotFound
from sceau.demo.cast import CLAIRE, MARC
from sceau.envelopes import access, destruction, folders, orphans, retention, rules
from sceau.envelopes.models import Copy, Envelope
from sceau.evidence import records
from sceau.evidence.events import Event
from sceau.evidence.models import Evidence
from sceau.jobs.models import Job
from sceau.vault.models import MailboxEpoch
from tests import people
from tests.envelopes import desk
from tests.people import Member

AT = clock.now()
PDF = b"%PDF" * 1000


def days(count: float, since: datetime = AT) -> datetime:
    return since + timedelta(days=count)


def blob_names() -> list[str]:
    return [entry.name for entry in blobs.store().names("blobs/")]


def run_jobs(at: datetime) -> None:
    for job in Job.objects.filter(name="delete-blob"):
        assert job.object_id is not None
        destruction.delete_blob(job.object_id, at=at)


def events(envelope: Envelope) -> list[tuple[int, int | None]]:
    rows = Evidence.objects.filter(envelope=envelope.id).order_by("id").values_list("event", "recipient")
    return list(rows)[2:]  # without acceptance and consignment


def told(row: Evidence, member: Member) -> records.Content:
    return records.open_many(row.envelope, people.actor(member).keys)[bytes(row.facts or b"")][1]  # type: ignore[arg-type]


@pytest.fixture
def envelope(claire: Member, marc: Member) -> Envelope:
    return desk.send(people.actor(claire), str(marc.address), ("a.pdf", PDF), at=AT)


@pytest.mark.req("V14")
def test_after_three_months_content_goes_and_evidence_stays(envelope: Envelope, claire: Member, marc: Member) -> None:
    assert retention.sweep(at=days(91.99)) == 0
    assert retention.sweep(at=days(92)) == 2
    assert retention.sweep(at=days(92)) == 0
    envelope.refresh_from_db()
    assert (envelope.blob_key, envelope.summary) == (None, None)
    assert all(copy.seal is None and copy.destroyed_at == days(92) for copy in Copy.objects.all())
    run_jobs(days(92))
    assert blob_names() == []
    assert sorted(events(envelope), key=str) == [
        (Event.CONTENT_DESTROYED, 0),
        (Event.CONTENT_DESTROYED, None),
        (Event.CONTENT_HANDOVER_FAILURE, 0),  # nobody had opened it
    ]
    with pytest.raises(rules.Destroyed):
        desk.read(access.copy(Copy.objects.get(role="to").id, for_=people.actor(marc)), people.actor(marc))


def test_the_blob_goes_after_the_commit_and_not_before(envelope: Envelope) -> None:
    retention.sweep(at=days(92))
    assert len(blob_names()) == 2  # the message, and the upload that it was made of
    run_jobs(days(92))
    assert blob_names() == []


@pytest.mark.req("V14")
def test_the_sender_s_date_takes_it_from_the_recipients_and_leaves_his_own(
    claire: Member, marc: Member, lea: Member
) -> None:
    by = people.actor(claire)
    day = days(5).date().isoformat()
    envelope = desk.send(by, str(marc.address), cc=str(lea.address), expires_on=day, at=AT)
    desk.open_copy(envelope, lea, at=AT)
    assert envelope.expires_at is not None
    assert retention.sweep(at=envelope.expires_at - timedelta(seconds=1)) == 0
    assert retention.sweep(at=envelope.expires_at) == 2
    assert desk.read(desk.own_copy(envelope, by), by).text() == "Bonjour."
    rows = list(Evidence.objects.filter(envelope=envelope.id, at_ms=clock.milliseconds(envelope.expires_at)))
    assert sorted((row.event, row.recipient) for row in rows if row.recipient is not None) == [
        (Event.CONTENT_HANDOVER_FAILURE, 0),
        (Event.CONTENT_DESTROYED, 0),
        (Event.CONTENT_DESTROYED, 1),
    ]
    assert [row.event for row in rows if row.recipient is None] == [Event.ENVELOPE_EXPIRED]
    destroyed = next(row for row in rows if row.event == Event.CONTENT_DESTROYED and row.recipient == 1)
    for member in (claire, lea):
        assert (told(destroyed, member)["reason"], told(destroyed, member)["opened"]) == ("expired", True)
    retention.sweep(at=days(92))
    envelope.refresh_from_db()
    assert envelope.blob_key is None


@pytest.mark.req("V14")
def test_deleting_for_good_removes_one_s_own_seal_only(envelope: Envelope, claire: Member, marc: Member) -> None:
    desk.open_copy(envelope, marc)
    copy, reader, by = desk.copy_of(envelope, marc), people.actor(marc), people.actor(claire)
    for _ in range(2):
        folders.delete(copy, by=reader, at=clock.now())
    assert desk.read(desk.own_copy(envelope, by), by).text() == "Bonjour."
    (row,) = Evidence.objects.filter(envelope=envelope.id, event=Event.CONTENT_DESTROYED)
    assert told(row, marc)["person"]["value"] == str(marc.address)
    assert bytes(row.facts or b"") not in records.open_many(envelope.id, by.keys)  # nobody else's business
    assert not Job.objects.filter(name="delete-blob", object_id=envelope.blob_key).exists()


@pytest.mark.req("V14")
def test_the_last_one_to_delete_takes_the_blob(envelope: Envelope, claire: Member, marc: Member) -> None:
    for member, copy in ((marc, desk.copy_of(envelope, marc)), (claire, desk.own_copy(envelope, people.actor(claire)))):
        folders.delete(copy, by=people.actor(member), at=clock.now())
    run_jobs(clock.now())
    assert blob_names() == []


def test_trash_gives_back_what_went_in(envelope: Envelope, claire: Member, marc: Member) -> None:
    for copy, home in (
        (desk.copy_of(envelope, marc), Copy.Folder.RECEIVED),
        (desk.own_copy(envelope, people.actor(claire)), Copy.Folder.SENT),
    ):
        folders.trash(copy)
        assert Copy.objects.get(id=copy.id).folder == Copy.Folder.TRASH
        folders.restore(copy)
        assert Copy.objects.get(id=copy.id).folder == home


def test_emptying_the_trash_deletes_what_lies_there_and_nothing_else(
    envelope: Envelope, claire: Member, marc: Member
) -> None:
    kept = desk.send(people.actor(claire), str(marc.address))
    folders.trash(desk.copy_of(envelope, marc))
    assert folders.empty_trash(by=people.actor(marc), at=clock.now()) == 1
    assert desk.copy_of(envelope, marc).seal is None
    assert desk.copy_of(kept, marc).seal is not None
    assert desk.own_copy(envelope, people.actor(claire)).seal is not None


def test_each_holder_is_warned_fifteen_and_three_days_before(envelope: Envelope, claire: Member, marc: Member) -> None:
    address, warned = str(marc.address), []
    for hour in range(74 * 24, 92 * 24):  # the worker comes by every hour
        retention.sweep(at=days(hour / 24))
        if len(people.mails(address, "expiring")) > len(warned):
            warned.append(hour / 24)
    assert warned == [77, 89]
    assert len(people.mails(str(claire.address), "expiring")) == 2
    assert "Avis" not in str([message.context for message in people.mails(address, "expiring")])


def test_a_day_s_envelopes_are_announced_in_one_mail(claire: Member, marc: Member) -> None:
    for hour in range(12):
        desk.send(people.actor(claire), str(marc.address), at=AT + timedelta(hours=hour))
    for hour in range(74 * 24, 78 * 24, 3):
        retention.sweep(at=days(hour / 24))
    (message,) = people.mails(str(marc.address), "expiring")
    assert message.context["count"] == 12


def test_what_comes_back_from_the_trash_late_is_announced_once(envelope: Envelope, marc: Member) -> None:
    folders.trash(desk.copy_of(envelope, marc))
    retention.sweep(at=days(80))
    folders.restore(desk.copy_of(envelope, marc))
    retention.sweep(at=days(90))
    assert len(people.mails(str(marc.address), "expiring")) == 1


@pytest.mark.req("E9")
def test_a_long_sweep_dates_each_destruction_when_it_happens(
    claire: Member, marc: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a download that ended meanwhile has a lower number and a later date, and no receipt verifies any more."""
    monkeypatch.setattr(retention, "_BATCH", 1)
    envelopes = [desk.send(people.actor(claire), str(marc.address), at=AT) for _ in range(2)]
    retention.sweep(at=days(92))
    first, last = sorted(Copy.objects.get(envelope=each, role="to").destroyed_at or AT for each in envelopes)
    assert first == days(92) < last < days(92) + timedelta(minutes=1)


def test_what_lies_in_the_trash_is_not_announced(envelope: Envelope, marc: Member) -> None:
    folders.trash(desk.copy_of(envelope, marc))
    retention.sweep(at=days(80))
    assert not people.mails(str(marc.address), "expiring")


def test_one_mailbox_whose_key_was_changed_does_not_stop_the_others(
    envelope: Envelope, claire: Member, marc: Member, lea: Member, chloe: Member
) -> None:
    desk.send(people.actor(chloe), str(lea.address), at=AT + timedelta(minutes=1))
    forged = MailboxEpoch.objects.get(mailbox=lea.mailbox.id).public_key
    MailboxEpoch.objects.filter(mailbox=marc.mailbox.id).update(public_key=forged)
    assert retention.sweep(at=days(93)) == 2
    assert Copy.objects.filter(envelope=envelope, destroyed_at=None).count() == 2


def test_blobs_that_no_row_names_go_after_a_day(envelope: Envelope) -> None:
    store = blobs.store()
    orphan = blobs.content_name("0" * 32)
    store.put(orphan, [b"x"])
    assert orphans.sweep(at=clock.now()) == 0  # its row may be about to be written
    assert orphans.sweep(at=clock.now() + timedelta(hours=25)) == 2  # and the upload whose job has not run
    assert blob_names() == [blobs.content_name(envelope.blob_key or "")]
    with pytest.raises(NotFound):
        store.open(orphan)


def test_the_sweep_of_orphans_leaves_drafts_documents_alone(claire: Member) -> None:
    desk.write(people.actor(claire), "", ("a.pdf", PDF))
    assert orphans.sweep(at=clock.now() + timedelta(days=2)) == 0


@pytest.mark.django_db(transaction=True)
def test_deleting_waits_for_a_sweep_of_the_same_copy_without_standing_in_its_way() -> None:
    claire, marc = people.join(CLAIRE), people.join(MARC)
    copy = desk.copy_of(desk.send(people.actor(claire), str(marc.address)), marc)
    locked = threading.Event()

    def sweep() -> None:
        """What `destruction.destroy` locks, in its order."""
        with transaction.atomic():
            Envelope.objects.select_for_update().get(id=copy.envelope_id)
            locked.set()
            time.sleep(1)
            Copy.objects.select_for_update().get(id=copy.id)
        connection.close()

    with ThreadPoolExecutor(1) as hands:
        sweeping = hands.submit(sweep)
        assert locked.wait(60)
        folders.delete(copy, by=people.actor(marc), at=clock.now())
        sweeping.result()
    assert Copy.objects.get(id=copy.id).seal is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.attack(38)
def test_two_who_delete_at_once_leave_no_blob_behind() -> None:
    claire, marc = people.join(CLAIRE), people.join(MARC)
    envelope = desk.send(people.actor(claire), str(marc.address))
    copies = {claire: desk.own_copy(envelope, people.actor(claire)), marc: desk.copy_of(envelope, marc)}
    start = threading.Barrier(2)

    def delete(member: Member) -> None:
        by = people.actor(member)
        start.wait()
        folders.delete(copies[member], by=by, at=clock.now())
        connection.close()

    with ThreadPoolExecutor(2) as hands:
        list(hands.map(delete, copies))
    run_jobs(clock.now())
    assert blob_names() == []
    assert Evidence.objects.filter(envelope=envelope.id, event=Event.CONTENT_DESTROYED).count() == 2
