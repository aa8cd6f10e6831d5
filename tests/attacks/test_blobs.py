"""Somebody rearranges the store of sealed octets: what readers see, what the evidence still says (attacks 31, 35)."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client

from sceau import blobs
from sceau.core import clock, hpke, kdf, random
from sceau.core.errors import Unreadable
from sceau.envelopes import summaries
from sceau.envelopes.models import Copy, Envelope, Upload
from sceau.evidence import checks, trust, verify
from sceau.evidence.events import Event
from sceau.evidence.integrator import Integrator
from sceau.evidence.models import Evidence
from sceau.evidence.trust import Trust
from sceau.vault import format
from tests import people
from tests.envelopes import desk
from tests.people import Member, sign_in, text_of
from tests.vault.test_format import collide

pytestmark = [pytest.mark.django_db, pytest.mark.req("V3")]

TEXT = "Le texte de la première enveloppe"
BIG = b"%PDF-1.7 " + bytes(range(256)) * 1000  # four segments


@pytest.fixture
def letters(claire: Member, marc: Member) -> list[Envelope]:
    """Two envelopes of the same shape, both opened, all in the log."""
    by = people.actor(claire)
    made = [
        desk.send(by, str(marc.address), ("écho.pdf", BIG), text=text)
        for text in (TEXT, "Le texte de la seconde enveloppe.")
    ]
    for envelope in made:
        desk.open_copy(envelope, marc)
    Integrator().step(at=clock.now())
    return made


def name(envelope: Envelope) -> str:
    return blobs.content_name(str(envelope.blob_key))


def read(stored: str) -> bytes:
    with blobs.store().open(stored) as file:
        return file.read()


def put(stored: str, octets: bytes) -> None:
    blobs.store().put(stored, [octets])


def swapped(one: Envelope, other: Envelope) -> None:
    first, second = read(name(one)), read(name(other))
    put(name(one), second)
    put(name(other), first)


def its_octets_under_our_header(one: Envelope, other: Envelope) -> None:
    put(name(one), read(name(one))[: format.BLOB_HEADER] + read(name(other))[format.BLOB_HEADER :])


def cut_to_nothing(one: Envelope, other: Envelope) -> None:
    put(name(one), b"")


def cut_to_the_header(one: Envelope, other: Envelope) -> None:
    put(name(one), read(name(one))[: format.BLOB_HEADER])


def an_older_one_in_its_place(one: Envelope, other: Envelope) -> None:
    """A draft's document, sealed and stored before the envelope was."""
    draft = desk.write(people.actor(_sender(one)), "")
    upload = desk.attach(draft, "ancien.pdf", BIG)
    put(name(one), read(blobs.content_name(upload.blob_key)))
    assert Upload.objects.exists()


def flipped_at_the_start(one: Envelope, other: Envelope) -> None:
    octets = bytearray(read(name(one)))
    octets[format.BLOB_HEADER + 60] ^= 1
    put(name(one), bytes(octets))


def _sender(envelope: Envelope) -> Member:
    return Member(envelope.sender, envelope.mailbox, "Tilleul-verveine-7", "")


ALL = [
    swapped,
    its_octets_under_our_header,
    cut_to_nothing,
    cut_to_the_header,
    an_older_one_in_its_place,
    flipped_at_the_start,
]


@pytest.mark.attack(31)
@pytest.mark.parametrize("rearrange", ALL)
def test_it_is_said_plainly_and_nothing_else_is_shown(
    letters: list[Envelope], claire: Member, marc: Member, rearrange: Callable[[Envelope, Envelope], None]
) -> None:
    rearrange(*letters)
    for member, copy in _both_sides(letters[0], claire, marc):
        browser = sign_in(member)
        for path in ("", "/message.eml", "/documents/2", "/documents.zip"):
            answer = browser.get(f"/enveloppes/{copy.id}{path}")
            assert answer.status_code == 500, path
            assert "Ce contenu ne s’ouvre pas" in text_of(answer)
            assert "texte de la" not in answer.content.decode()
        assert browser.get("/recues").status_code == browser.get("/envoyees").status_code == 200


@pytest.mark.attack(31)
@pytest.mark.parametrize("rearrange", ALL)
def test_the_evidence_is_unharmed_and_receipts_still_hold(
    letters: list[Envelope], claire: Member, marc: Member, rearrange: Callable[[Envelope, Envelope], None]
) -> None:
    before = Evidence.objects.count()
    rearrange(*letters)
    for member, copy in _both_sides(letters[0], claire, marc):
        browser = sign_in(member)
        for path in ("", "/message.eml", "/documents/2"):
            browser.get(f"/enveloppes/{copy.id}{path}")
        receipt = browser.get(f"/enveloppes/{copy.id}/preuve.json")
        trusted = Trust.parse(trust.write(settings.SCEAU_KEYS, "Essais"))
        outcome = verify.verify(b"".join(receipt), trusted)
        assert [step.event for step in outcome.steps] == [1, 11, 17]
    assert Evidence.objects.count() == before  # nothing was handed over
    checks.at_start()
    checks.fully(at=clock.now())


@pytest.mark.attack(31)
def test_a_blob_that_is_gone_is_no_crash(letters: list[Envelope], marc: Member) -> None:
    blobs.store().delete(name(letters[0]))
    copy, browser = desk.copy_of(letters[0], marc), sign_in(marc)
    for path in ("", "/message.eml", "/documents/2", "/documents.zip"):
        assert browser.get(f"/enveloppes/{copy.id}{path}").status_code in (404, 500)
    assert browser.get(f"/enveloppes/{copy.id}/preuve.json").status_code == 200


@pytest.mark.attack(31)
@pytest.mark.parametrize("spoil", ["flip", "cut", "repeat"])
def test_a_fault_far_inside_ends_the_download_short_and_is_no_handover(
    letters: list[Envelope], marc: Member, spoil: str
) -> None:
    """The first segments are genuine and have left: the answer must break off, shorter than it announced."""
    octets, copy = read(name(letters[0])), desk.copy_of(letters[0], marc)
    whole = {
        "flip": octets[:-1000] + bytes([octets[-1000] ^ 1]) + octets[-999:],
        "cut": octets[:-70_000],
        "repeat": octets[:-65_536] + octets[-131_072:-65_536],
    }
    put(name(letters[0]), whole[spoil])
    for path in ("/message.eml", "/documents/2"):
        arrived = _download(sign_in(marc), f"/enveloppes/{copy.id}{path}")
        assert len(arrived) < letters[0].size
    handed = Evidence.objects.filter(envelope=letters[0].id, event=Event.CONTENT_HANDOVER)
    assert not handed.exists()


@pytest.mark.attack(35)
def test_one_envelope_does_not_say_two_things(letters: list[Envelope], claire: Member, marc: Member) -> None:
    """The operator seals a second key to the sender, and stores octets that GCM accepts under both keys.

    On a scheme that does not commit to its key, Claire and Marc would now read different letters under one proof.
    """
    envelope, keys = letters[0], people.actor(marc).keys
    his = summaries.content_key(desk.copy_of(envelope, marc), keys).octets
    hers, salt, prefix = random.key(), bytes(32), bytes(7)
    header = read(name(envelope))[: format.BLOB_HEADER]
    derived = [kdf.derive(key, header, salt=salt) for key in (his, hers)]
    put(name(envelope), header + b"\x28" + salt + prefix + collide(derived, prefix + bytes(4) + b"\1"))
    own = desk.own_copy(envelope, people.actor(claire))
    public = claire.person.principal.grants.get().epoch.public_key
    seal = hpke.seal(bytes(public), hers, info=summaries._info(envelope.id, own.mailbox_id, own.epoch))
    Copy.objects.filter(id=own.id).update(seal=seal)
    answer = sign_in(claire).get(f"/enveloppes/{own.id}")
    assert answer.status_code == 500
    assert "Ce contenu ne s’ouvre pas" in text_of(answer)
    receipts = [
        b"".join(sign_in(member).get(f"/enveloppes/{copy.id}/preuve.json"))
        for member, copy in _both_sides(envelope, claire, marc)
    ]
    trusted = Trust.parse(trust.write(settings.SCEAU_KEYS, "Essais"))
    digests = {(outcome.parties or {}).get("digest") for outcome in (verify.verify(one, trusted) for one in receipts)}
    assert len(digests) == 1  # whoever holds the letter that was sealed proves it, and no other
    assert None not in digests


def _both_sides(envelope: Envelope, claire: Member, marc: Member) -> list[tuple[Member, Copy]]:
    return [(claire, desk.own_copy(envelope, people.actor(claire))), (marc, desk.copy_of(envelope, marc))]


def _download(browser: Client, path: str) -> bytes:
    """What arrives before the answer breaks off."""
    browser.raise_request_exception = False
    answer, arrived = browser.get(path), list[bytes]()
    if answer.status_code != 200:
        return b""
    with pytest.raises(Unreadable):
        arrived.extend(answer)
    assert sum(map(len, arrived)) < int(answer["Content-Length"])
    return b"".join(arrived)
