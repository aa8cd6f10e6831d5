"""Opening is an act, reading needs it, and what left is recorded once."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

import pytest

from sceau import blobs
from sceau.core import clock
from sceau.core.errors import ClockBehind, NotFound, Unreadable
from sceau.envelopes import access, folders, handover, opening, reading, rules, withdrawal
from sceau.envelopes.models import Copy, Envelope, Handover, Opening
from sceau.evidence import integrator, records
from sceau.evidence.events import Event
from sceau.evidence.models import Evidence
from tests import people
from tests.at_once import together
from tests.envelopes import desk
from tests.people import Member

PDF = bytes(range(256)) * 2000


@pytest.fixture
def envelope(claire: Member, marc: Member) -> Envelope:
    return desk.send(people.actor(claire), str(marc.address), ("Écho.pdf", PDF))


def events(envelope: Envelope) -> list[int]:
    return [row.event for row in Evidence.objects.filter(envelope=envelope.id).order_by("id")]


@pytest.mark.req("E5")
def test_content_is_closed_until_it_is_opened(envelope: Envelope, marc: Member) -> None:
    copy, by, at = desk.copy_of(envelope, marc), people.actor(marc), clock.now()
    with pytest.raises(rules.NotOpened):
        access.opening(copy, by=by, at=at)
    opened = opening.open(copy, by=by, at=at)
    assert access.opening(copy, by=by, at=at) == opened
    assert desk.copy_of(envelope, marc).opened_at == at


@pytest.mark.req("E5")
def test_opening_is_evidence_that_names_who_and_how_surely(envelope: Envelope, claire: Member, marc: Member) -> None:
    desk.open_copy(envelope, marc)
    row = Evidence.objects.get(envelope=envelope.id, event=Event.CONTENT_ACCESS_TRACKING)
    assert row.recipient == 0
    assert bytes(row.parties or b"") == bytes(envelope.parties)
    for member in (claire, marc):  # both sides hold their evidence
        _, told = records.open_many(envelope.id, people.actor(member).keys)[bytes(row.facts or b"")]
        assert told["person"]["value"] == str(marc.address)
        assert told["assurance"] == "code"


def test_opening_twice_is_one_act(envelope: Envelope, claire: Member, marc: Member) -> None:
    first, second = desk.open_copy(envelope, marc), desk.open_copy(envelope, marc)
    assert first == second
    assert events(envelope).count(Event.CONTENT_ACCESS_TRACKING) == 1
    assert len(people.mails(str(claire.address), "opened")) == 1


@pytest.mark.req("E6")
def test_of_two_tabs_that_open_at_once_one_records(
    envelope: Envelope, marc: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy, by = desk.copy_of(envelope, marc), people.actor(marc)
    overtaken: list[Opening | None] = []
    first, second = clock.now(), clock.now() + timedelta(seconds=1)

    def slow(at: object) -> None:  # between looking for an opening and recording one
        if not overtaken:
            overtaken.append(None)  # a mark: the call below comes here again
            overtaken[0] = opening.open(desk.copy_of(envelope, marc), by=by, at=first)

    monkeypatch.setattr(opening.log, "check_clock", slow)
    assert opening.open(copy, by=by, at=second) == overtaken[0]
    assert Opening.objects.count() == 1
    assert copy.opened_at == desk.copy_of(envelope, marc).opened_at == first  # what its page goes on to say


@pytest.mark.django_db(transaction=True)
@pytest.mark.req("E6")
def test_of_tabs_that_open_and_a_sender_who_withdraws_at_once_one_wins(claire: Member, marc: Member) -> None:
    """Each with a connection of its own."""
    sender, reader = people.actor(claire), people.actor(marc)
    for _ in range(6):
        envelope = desk.send(sender, str(marc.address))
        copies = [desk.copy_of(envelope, marc) for _ in range(2)]
        own = desk.own_copy(envelope, sender)
        opens = [partial(opening.open, copy, by=reader, at=clock.now()) for copy in copies]
        raised = together(*opens, partial(withdrawal.withdraw, own, by=sender, at=clock.now()))
        assert {type(error) for error in raised} <= {rules.Withdrawn}
        copy, seen = desk.copy_of(envelope, marc), events(envelope)
        opened, withdrawn = copy.opened_at is not None, copy.withdrawn_at is not None
        assert opened != withdrawn
        assert len(raised) == (2 if withdrawn else 0)
        assert Opening.objects.filter(copy=copy).count() == seen.count(Event.CONTENT_ACCESS_TRACKING) == int(opened)
        assert seen.count(Event.ENVELOPE_WITHDRAWN) == int(withdrawn)


def test_the_sender_reads_his_own_copy_and_leaves_no_trace(envelope: Envelope, claire: Member) -> None:
    by, before = people.actor(claire), events(envelope)
    own = desk.own_copy(envelope, by)
    assert access.opening(own, by=by, at=clock.now()) is None
    stream = desk.read(own, by).message()
    watched = handover.watched(stream.chunks, own, None, "eml", by=by, now=clock.now)
    assert len(b"".join(watched)) == envelope.size
    assert events(envelope) == before
    with pytest.raises(ValueError, match="own copy"):
        opening.open(own, by=by, at=clock.now())


@pytest.mark.req("E9")
def test_nothing_is_opened_while_the_clock_stands_before_the_log(envelope: Envelope, marc: Member) -> None:
    integrator.step(at=clock.now() + timedelta(minutes=10))
    with pytest.raises(ClockBehind):
        desk.open_copy(envelope, marc)
    assert not Opening.objects.exists()


def test_nothing_is_opened_after_the_hour_of_destruction(envelope: Envelope, marc: Member) -> None:
    copy, by = desk.copy_of(envelope, marc), people.actor(marc)
    desk.open_copy(envelope, marc)
    with pytest.raises(rules.Destroyed):  # whether the sweep has come by or not
        access.opening(copy, by=by, at=copy.destroy_at)
    Opening.objects.all().delete()
    with pytest.raises(rules.Destroyed):
        opening.open(copy, by=by, at=copy.destroy_at)


@pytest.mark.attack(44)
def test_what_is_destroyed_while_it_is_being_opened_was_not_opened(
    envelope: Envelope, marc: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy, by = desk.copy_of(envelope, marc), people.actor(marc)
    check = opening.log.check_clock

    def slow(at: datetime) -> None:  # between fetching the copy and recording the opening
        folders.delete(desk.copy_of(envelope, marc), by=by, at=at)
        check(at)

    monkeypatch.setattr(opening.log, "check_clock", slow)
    with pytest.raises(rules.Destroyed):
        opening.open(copy, by=by, at=clock.now())
    assert not Opening.objects.exists()
    assert Event.CONTENT_ACCESS_TRACKING not in events(envelope)


def test_each_document_comes_in_pieces_from_its_place(envelope: Envelope, marc: Member) -> None:
    letter = desk.read(desk.copy_of(envelope, marc), people.actor(marc))
    stream = reading.begun(letter.document("2"))
    pieces = list(stream.chunks)
    assert b"".join(pieces) == PDF
    assert max(map(len, pieces)) < 100_000
    with pytest.raises(NotFound):
        letter.document("3")
    with pytest.raises(NotFound):
        letter.document("1")  # the text is no document


@pytest.mark.attack(31)
def test_a_blob_that_was_changed_gives_nothing_before_the_change_is_seen(envelope: Envelope, marc: Member) -> None:
    name = blobs.content_name(envelope.blob_key or "")
    with blobs.store().open(name) as file:
        octets = bytearray(file.read())
    octets[len(octets) // 2] ^= 1
    blobs.store().put(name, [bytes(octets)])
    letter = desk.read(desk.copy_of(envelope, marc), people.actor(marc))
    with pytest.raises(Unreadable):
        desk.octets(letter.message())


@pytest.mark.attack(31)
def test_another_envelope_s_blob_does_not_open(envelope: Envelope, claire: Member, marc: Member) -> None:
    other = desk.send(people.actor(claire), str(marc.address), ("Écho.pdf", PDF))
    with blobs.store().open(blobs.content_name(other.blob_key or "")) as file:
        blobs.store().put(blobs.content_name(envelope.blob_key or ""), [file.read()])
    letter = desk.read(desk.copy_of(envelope, marc), people.actor(marc))
    with pytest.raises(Unreadable):
        reading.begun(letter.message())


@pytest.mark.attack(31)
def test_another_envelope_s_summary_and_seal_do_not_open(envelope: Envelope, claire: Member, marc: Member) -> None:
    other = desk.send(people.actor(claire), str(marc.address))
    copy, by = desk.copy_of(envelope, marc), people.actor(marc)
    copy.envelope.summary = other.summary
    with pytest.raises(Unreadable):
        desk.read(copy, by)
    copy = desk.copy_of(envelope, marc)
    copy.seal = desk.copy_of(other, marc).seal
    with pytest.raises(Unreadable):
        desk.read(copy, by)


@pytest.mark.attack(28)
def test_a_copy_opens_for_the_keys_of_its_mailbox_alone(envelope: Envelope, chloe: Member, marc: Member) -> None:
    with pytest.raises(NotFound):
        desk.read(desk.copy_of(envelope, marc), people.actor(chloe))


@pytest.mark.req("E5")
def test_a_handover_is_recorded_when_the_last_octet_has_left(envelope: Envelope, marc: Member) -> None:
    copy, by = desk.copy_of(envelope, marc), people.actor(marc)
    opened = desk.open_copy(envelope, marc)
    stream = desk.read(copy, by).document("2")
    watched = handover.watched(stream.chunks, copy, opened, "2", by=by, now=clock.now)
    for _ in watched:
        assert not Handover.objects.exists()
    assert Handover.objects.count() == 1
    row = Evidence.objects.get(envelope=envelope.id, event=Event.CONTENT_HANDOVER)
    _, told = records.open_many(envelope.id, by.keys)[bytes(row.facts or b"")]
    assert (told["part"], told["person"]["value"]) == ("2", str(marc.address))


def test_a_download_that_is_cut_short_is_no_handover(envelope: Envelope, marc: Member) -> None:
    copy, by = desk.copy_of(envelope, marc), people.actor(marc)
    opened = desk.open_copy(envelope, marc)
    watched = handover.watched(desk.read(copy, by).document("2").chunks, copy, opened, "2", by=by, now=clock.now)
    next(watched)
    close(watched)
    assert not Handover.objects.exists()


@pytest.mark.req("E5")
def test_a_part_is_handed_over_once_a_session(envelope: Envelope, marc: Member) -> None:
    copy, by, other = desk.copy_of(envelope, marc), people.actor(marc), people.actor(marc)
    opened = desk.open_copy(envelope, marc)
    for session in (by, by, other):
        handover.record(copy, opened, "2", by=session, at=clock.now())
    handover.record(copy, opened, "eml", by=by, at=clock.now())
    assert events(envelope).count(Event.CONTENT_HANDOVER) == 3
    assert not handover.due(opened, "2", by=by)
    assert handover.due(opened, "3", by=by)


def test_a_copy_of_a_colleague_stays_unopened(envelope: Envelope, claire: Member, marc: Member, lea: Member) -> None:
    both = desk.send(people.actor(claire), str(marc.address), cc=str(lea.address))
    desk.open_copy(both, marc)
    assert Copy.objects.get(envelope=both, mailbox=lea.mailbox).opened_at is None


def close(chunks: Iterator[bytes]) -> None:
    chunks.close()  # type: ignore[attr-defined]  # what a server does when its client has gone
