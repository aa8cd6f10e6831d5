"""Documents above what one envelope takes: numbered envelopes, once each, whatever happens between them."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from sceau.core import clock
from sceau.core.errors import NotFound
from sceau.demo.cast import CLAIRE, MARC
from sceau.envelopes import drafts, issuing, rules, sending, splitting
from sceau.envelopes.models import Copy, Draft, Envelope, Upload
from sceau.envelopes.splitting import Part
from sceau.evidence import records
from sceau.evidence.events import Event
from sceau.evidence.models import Evidence
from tests import people
from tests.envelopes import desk
from tests.people import Member

SIZES = {"a.pdf": 600, "b.pdf": 700, "c.pdf": 300, "d.pdf": 900}  # a and c, b, d


@pytest.fixture
def small(settings: Settings) -> None:
    settings.SCEAU_MESSAGE_LIMIT = 1000
    settings.SCEAU_DRAFT_LIMIT = 5000


def write(claire: Member, marc: Member) -> Draft:
    documents = [(name, name[:1].encode() * size) for name, size in SIZES.items()]
    return desk.write(people.actor(claire), str(marc.address), *documents, subject="Bilan")


def series(marc: Member) -> dict[str, list[str | None]]:
    """What Marc received: subject and names of documents."""
    by = people.actor(marc)
    copies = Copy.objects.filter(mailbox=marc.mailbox).select_related("envelope")
    summaries = [desk.read(copy, by).summary for copy in copies]
    return {each.subject: [part.name for part in each.documents] for each in summaries}


WHOLE = {"Bilan (1/3)": ["a.pdf", "c.pdf"], "Bilan (2/3)": ["b.pdf"], "Bilan (3/3)": ["d.pdf"]}


@given(st.lists(st.integers(0, 40), max_size=60))
def test_every_document_is_in_one_envelope_and_none_is_too_heavy(sizes: list[int]) -> None:
    found = splitting.plan(sizes, limit=40)
    assert sorted(place for envelope in found for place in envelope) == list(range(len(sizes)))
    assert all(sum(sizes[place] for place in envelope) <= 40 for envelope in found)
    assert all(list(envelope) == sorted(envelope) for envelope in found)
    assert len(found) <= max(1, 2 * -(-sum(sizes) // 40))


@given(st.lists(st.integers(1, 40), min_size=1, max_size=40))
def test_what_is_left_after_the_first_is_planned_the_same_way(sizes: list[int]) -> None:
    first, *others = splitting.plan(sizes, limit=40)
    left = [place for place in range(len(sizes)) if place not in first]
    again = splitting.plan([sizes[place] for place in left], limit=40) if left else ()
    assert [tuple(left[place] for place in envelope) for envelope in again] == others


def test_a_document_that_fits_none_is_named_by_its_size() -> None:
    with pytest.raises(rules.DocumentTooLarge) as refusal:
        splitting.plan([10, 41], limit=40)
    assert (refusal.value.limit, refusal.value.size) == (40, 41)


def test_the_number_is_never_cut_off() -> None:
    assert splitting.subject("Bilan", Part(1, 1)) == "Bilan"
    assert splitting.subject("Bilan", Part(2, 3)) == "Bilan (2/3)"
    assert splitting.subject("", Part(2, 3)) == "(2/3)"
    long = splitting.subject("é" * 400, Part(2, 3))
    assert len(long) == rules.SUBJECT_LIMIT
    assert long.endswith(" (2/3)")


@pytest.mark.usefixtures("small")
def test_a_heavy_draft_becomes_numbered_envelopes(claire: Member, marc: Member) -> None:
    by, draft = people.actor(claire), write(claire, marc)
    last = sending.seal(draft, by=by, at=clock.now())
    assert last.id == draft.id
    assert series(marc) == WHOLE
    assert not Draft.objects.exists()
    assert not Upload.objects.exists()
    assert set(Envelope.objects.values_list("thread", flat=True)) == {draft.id}
    told = [
        records.open_many(each.id, by.keys)[each.commitment][1]["part"]
        for each in Envelope.objects.order_by("sealed_at", "id")
    ]
    assert sorted(part["number"] for part in told) == [1, 2, 3]
    assert {part["of"] for part in told} == {3}


@pytest.mark.usefixtures("small")
@pytest.mark.attack(38)
def test_whoever_stopped_in_the_middle_goes_on_there(
    claire: Member, marc: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    by, draft, keep = people.actor(claire), write(claire, marc), issuing.keep
    calls = 0

    def failing(*args: object) -> object:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise OSError
        return keep(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(issuing, "keep", failing)
    with pytest.raises(OSError):
        sending.seal(draft, by=by, at=clock.now())
    assert series(marc) == {"Bilan (1/3)": ["a.pdf", "c.pdf"]}
    sending.seal(Draft.objects.get(id=draft.id), by=by, at=clock.now())
    assert series(marc) == WHOLE


@pytest.mark.usefixtures("small")
def test_a_draft_changed_between_two_envelopes_is_not_sealed_on(
    claire: Member, marc: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    by, draft, keep = people.actor(claire), write(claire, marc), issuing.keep
    calls = 0

    def meanwhile(*args: object) -> object:
        nonlocal calls
        calls += 1
        if calls == 2:
            other = Draft.objects.get(id=draft.id)
            drafts.save(other, drafts.Content(to=str(marc.address), subject="Autre"), base=1, at=clock.now())
        return keep(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(issuing, "keep", meanwhile)
    with pytest.raises(drafts.Stale):
        sending.seal(draft, by=by, at=clock.now())
    assert series(marc) == {"Bilan (1/3)": ["a.pdf", "c.pdf"]}
    sending.seal(Draft.objects.get(id=draft.id), by=by, at=clock.now())
    assert series(marc) == {
        "Bilan (1/3)": ["a.pdf", "c.pdf"],
        "Autre (2/3)": ["b.pdf"],
        "Autre (3/3)": ["d.pdf"],
    }


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("small")
@pytest.mark.attack(38)
def test_a_doubled_submit_gives_each_envelope_once() -> None:
    claire, marc = people.join(CLAIRE), people.join(MARC)
    draft, start = write(claire, marc), threading.Barrier(4)

    def submit(_: int) -> object:
        mine, by = Draft.objects.get(id=draft.id), people.actor(claire)
        start.wait()
        try:
            return sending.seal(mine, by=by, at=clock.now()).id
        except NotFound:  # it came after the draft was gone: the door then looks for the envelope
            return draft.id
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as clicks:
        assert set(clicks.map(submit, range(4))) == {draft.id}
    assert series(marc) == WHOLE
    assert Evidence.objects.filter(event=Event.SUBMISSION_ACCEPTANCE).count() == 3
