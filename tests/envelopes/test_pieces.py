"""Documents in pieces: what was acknowledged is kept, wherever the line or the process broke."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta

import pytest
from pytest_django import Settings

from sceau import blobs
from sceau.core import clock
from sceau.core.errors import Malformed, NotFound, Unreadable
from sceau.envelopes import attachments, drafts, orphans, pieces, rules, sending
from sceau.envelopes.models import Arrival, Draft, Piece, Upload
from sceau.jobs.models import Job
from tests import people
from tests.envelopes import desk
from tests.people import Member

OCTETS = hashlib.shake_256(b"scanner").digest(300_000)


@pytest.fixture
def draft(claire: Member, marc: Member) -> Draft:
    return desk.write(people.actor(claire), str(marc.address))


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "SIZE", 100_000)


def begin(draft: Draft, size: int = len(OCTETS), name: str = "Scanner.pdf") -> Arrival:
    return pieces.begin(draft, name, "application/pdf", size, at=clock.now())


def send(arrival: Arrival, offset: int, until: int) -> int:
    return pieces.add(arrival, offset, desk.pieces(OCTETS[offset:until]), at=clock.now())


def test_a_document_in_pieces_is_sealed_as_if_it_had_come_in_one_go(draft: Draft, claire: Member, marc: Member) -> None:
    by, arrival = people.actor(claire), begin(draft)
    for start, end in ((0, 77_777), (77_777, 250_001), (250_001, len(OCTETS))):
        assert send(arrival, start, end) == pieces.status(arrival) == end
    upload = pieces.finish(arrival, keys=by.keys, at=clock.now())
    assert (upload.id, upload.size) == (arrival.id, len(OCTETS))
    assert not Arrival.objects.exists()
    assert not Piece.objects.exists()
    envelope = sending.seal(Draft.objects.get(id=draft.id), by=by, at=clock.now())
    document = desk.read(desk.copy_of(envelope, marc), people.actor(marc)).document("2")
    assert (document.name, document.content_type) == ("Scanner.pdf", "application/pdf")
    assert desk.octets(document) == OCTETS


def test_a_line_that_breaks_keeps_what_came(draft: Draft) -> None:
    arrival = begin(draft)
    assert send(arrival, 0, 123_456) == 123_456
    assert send(arrival, 123_456, 123_456) == 123_456  # nothing at all came this time
    assert Piece.objects.filter(arrival=arrival).count() == 2


def test_a_stream_that_fails_on_our_side_keeps_the_pieces_before_it(draft: Draft) -> None:
    arrival = begin(draft)

    def failing() -> Iterator[bytes]:
        yield OCTETS[:150_000]
        raise OSError

    with pytest.raises(OSError):
        pieces.add(arrival, 0, failing(), at=clock.now())
    assert pieces.status(arrival) == 100_000
    named = {blobs.content_name(key) for key in Piece.objects.values_list("blob_key", flat=True)}
    assert {entry.name for entry in blobs.store().names("blobs/")} == named


@pytest.mark.parametrize("offset", [0, 99_999, 100_001])
def test_whoever_goes_on_at_the_wrong_place_is_told_the_right_one(draft: Draft, offset: int) -> None:
    arrival = begin(draft)
    send(arrival, 0, 100_000)
    with pytest.raises(pieces.WrongOffset) as refusal:
        pieces.add(arrival, offset, iter([b"x"]), at=clock.now())
    assert refusal.value.kept == pieces.status(arrival) == 100_000


def test_two_senders_at_the_same_place_leave_one_piece(draft: Draft, monkeypatch: pytest.MonkeyPatch) -> None:
    arrival, status = begin(draft), pieces.status
    overtaken = False

    def late(row: Arrival) -> int:
        nonlocal overtaken
        kept = status(row)
        if not overtaken:
            overtaken = True
            send(arrival, 0, 50_000)
        return kept

    monkeypatch.setattr(pieces, "status", late)
    with pytest.raises(pieces.WrongOffset) as refusal:
        pieces.add(arrival, 0, iter([OCTETS[:60_000]]), at=clock.now())
    assert refusal.value.kept == 50_000
    assert Piece.objects.get().size == 50_000
    assert len(list(blobs.store().names("blobs/"))) == 1


def test_more_than_was_announced_is_refused(draft: Draft) -> None:
    arrival = begin(draft, size=10)
    with pytest.raises(Malformed):
        pieces.add(arrival, 0, iter([b"x" * 11]), at=clock.now())
    assert pieces.status(arrival) == 0
    assert not list(blobs.store().names("blobs/"))


def test_what_is_not_whole_makes_no_document_and_holds_the_seal_back(draft: Draft, claire: Member) -> None:
    by, arrival = people.actor(claire), begin(draft)
    send(arrival, 0, 200_000)
    with pytest.raises(pieces.WrongOffset) as refusal:
        pieces.finish(arrival, keys=by.keys, at=clock.now())
    assert refusal.value.kept == 200_000
    with pytest.raises(sending.StillArriving):
        sending.seal(Draft.objects.get(id=draft.id), by=by, at=clock.now())
    pieces.abandon(arrival, at=clock.now())
    sending.seal(Draft.objects.get(id=draft.id), by=by, at=clock.now())


def test_whoever_got_no_answer_to_the_end_may_ask_again(draft: Draft, claire: Member) -> None:
    by, arrival = people.actor(claire), begin(draft)
    send(arrival, 0, len(OCTETS))
    first = pieces.finish(arrival, keys=by.keys, at=clock.now())
    assert pieces.finish(arrival, keys=by.keys, at=clock.now()) == first
    assert pieces.finished(arrival.id, draft=draft) == first
    assert Upload.objects.count() == 1


def test_an_empty_document_is_one(draft: Draft, claire: Member) -> None:
    arrival = begin(draft, size=0)
    assert pieces.finish(arrival, keys=people.actor(claire).keys, at=clock.now()).size == 0


def test_what_is_on_its_way_takes_its_room_as_announced(draft: Draft, settings: Settings) -> None:
    settings.SCEAU_DRAFT_LIMIT = settings.SCEAU_MESSAGE_LIMIT = 1000
    arrival = begin(draft, size=700)
    assert attachments.room(draft) == 300
    with pytest.raises(rules.TooLarge):
        begin(draft, size=301)
    with pytest.raises(rules.TooLarge):
        desk.attach(draft, "a.pdf", b"x" * 301)
    pieces.abandon(arrival, at=clock.now())
    assert attachments.room(draft) == 1000


def test_a_document_that_fits_no_envelope_is_refused_before_it_travels(draft: Draft, settings: Settings) -> None:
    settings.SCEAU_MESSAGE_LIMIT = 1000
    with pytest.raises(rules.DocumentTooLarge):
        begin(draft, size=1001)
    assert not Arrival.objects.exists()


def test_what_nobody_goes_on_with_for_a_day_is_given_up(draft: Draft) -> None:
    old, fresh = begin(draft), begin(draft)
    send(old, 0, 100_000)
    (key,) = Piece.objects.values_list("blob_key", flat=True)
    later = clock.now() + timedelta(days=1, minutes=1)
    pieces.add(fresh, 0, iter([b"x"]), at=later)
    assert pieces.purge(at=later) == 1
    assert [arrival.id for arrival in Arrival.objects.all()] == [fresh.id]
    assert Job.objects.filter(name="delete-blob", object_id=key).exists()


def test_a_discarded_draft_takes_what_was_arriving_with_it(draft: Draft) -> None:
    arrival = begin(draft)
    send(arrival, 0, 100_000)
    drafts.discard(draft, at=clock.now())
    assert not Arrival.objects.exists()
    assert not Piece.objects.exists()
    with pytest.raises(NotFound):
        send(arrival, 0, 100_000)
    with pytest.raises(NotFound):
        begin(draft)


def test_a_draft_into_which_a_document_is_on_its_way_is_not_purged(claire: Member) -> None:
    draft = drafts.create(people.actor(claire), at=clock.now())
    begin(draft)
    assert drafts.purge(at=clock.now() + timedelta(days=2)) == 0


def test_the_sweep_of_orphans_knows_pieces(draft: Draft) -> None:
    arrival = begin(draft)
    send(arrival, 0, 100_000)
    assert orphans.sweep(at=clock.now() + timedelta(days=2)) == 0
    assert pieces.status(arrival) == 100_000


@pytest.mark.req("V7")
def test_pieces_need_no_key_and_the_author_alone_sees_what_is_coming(
    draft: Draft, claire: Member, marc: Member
) -> None:
    arrival = Arrival.objects.get(id=begin(draft, name="Résultats VIH.pdf").id)
    send(arrival, 0, 100_000)
    assert b"sultats" not in bytes(arrival.sealed_meta)
    (coming,) = pieces.of(draft, keys=people.actor(claire).keys)
    assert (coming.name, coming.size, coming.kept) == ("Résultats VIH.pdf", len(OCTETS), 100_000)
    with pytest.raises(NotFound):
        pieces.of(draft, keys=people.actor(marc).keys)


@pytest.mark.attack(31)
def test_pieces_that_changed_places_do_not_open(draft: Draft, claire: Member) -> None:
    arrival = begin(draft, size=200_000)
    send(arrival, 0, 100_000)
    send(arrival, 100_000, 200_000)
    first, second = Piece.objects.order_by("offset")
    Piece.objects.filter(id=first.id).update(offset=500_000)
    Piece.objects.filter(id=second.id).update(offset=0)
    Piece.objects.filter(id=first.id).update(offset=100_000)
    with pytest.raises(Unreadable):
        pieces.finish(arrival, keys=people.actor(claire).keys, at=clock.now())
    assert not Upload.objects.exists()
