"""Records: sealed to their readers and to courts, bound to their evidence, erasable."""

import hashlib
from dataclasses import replace
from uuid import UUID

import pytest
from django.db import transaction

from sceau import custody
from sceau.core import canonical, hpke, ids, random
from sceau.core.errors import NotFound, Unreadable
from sceau.evidence import checks, log, records
from sceau.evidence.events import Event
from sceau.evidence.integrator import Integrator
from sceau.evidence.log import Fact
from sceau.evidence.models import Evidence, Record, RecordSeal
from sceau.evidence.records import Reader
from sceau.vault import format
from sceau.vault.epochs import current
from tests.evidence.logs import NOON, after
from tests.people import Member, actor

CONTENT = {"kind": "parties", "sender": {"scheme": "email", "value": "claire@tilleuls.example"}, "size": 3}

pytestmark = pytest.mark.django_db


def reader(member: Member) -> Reader:
    key = current([member.mailbox.id])[member.mailbox.id]
    return Reader(key.mailbox, key.number, key.public_key)


def keep(sealed: records.SealedRecord) -> Record:
    with transaction.atomic():
        log.record(Fact(Event.SUBMISSION_ACCEPTANCE, envelope=sealed.envelope, extra_records=(sealed,)), at=NOON)
    return Record.objects.get(commitment=sealed.commitment)


@pytest.mark.req("E1")
def test_readers_open_what_was_sealed_to_them(claire: Member, marc: Member, chloe: Member) -> None:
    record = keep(records.seal(CONTENT, [reader(claire), reader(marc)], envelope=ids.new(), at=NOON))
    for member in (claire, marc):
        salt, content = records.open(record, actor(member).keys)
        assert content == CONTENT
        assert hashlib.sha256(salt + canonical.dumps(CONTENT)).digest() == bytes(record.commitment)
    with pytest.raises(NotFound):
        records.open(record, actor(chloe).keys)


@pytest.mark.req("E1")
def test_courts_open_it_through_custody() -> None:
    record = keep(records.seal(CONTENT, [], envelope=None, at=NOON))
    assert records.open_in_custody(record, custody.load())[1] == CONTENT


def test_all_records_of_an_envelope_open_at_once_as_far_as_one_may(claire: Member, marc: Member) -> None:
    envelope = ids.new()
    both = records.seal(CONTENT, [reader(claire), reader(marc)], envelope=envelope, at=NOON)
    one = records.seal({"kind": "access"}, [reader(claire)], envelope=envelope, at=NOON)
    other = records.seal(CONTENT, [reader(claire)], envelope=ids.new(), at=NOON)
    for sealed in (both, one, other):
        keep(sealed)
    assert set(records.open_many(envelope, actor(claire).keys)) == {both.commitment, one.commitment}
    assert set(records.open_many(envelope, actor(marc).keys)) == {both.commitment}
    assert records.open_many(ids.new(), actor(claire).keys) == {}


def test_two_records_of_one_content_share_nothing() -> None:
    one, other = (records.seal(CONTENT, [], envelope=None, at=NOON) for _ in range(2))
    assert one.commitment != other.commitment
    assert one.sealed[13:] != other.sealed[13:]


def test_a_reader_named_twice_gets_one_seal(claire: Member) -> None:
    sealed = records.seal(CONTENT, [reader(claire), reader(claire)], envelope=None, at=NOON)
    assert len(sealed.seals) == 2  # and custody


def test_a_changed_record_does_not_open(claire: Member) -> None:
    record = keep(records.seal(CONTENT, [reader(claire)], envelope=ids.new(), at=NOON))
    keys = actor(claire).keys
    record.sealed = bytes(record.sealed)[:-1] + bytes([bytes(record.sealed)[-1] ^ 1])
    with pytest.raises(Unreadable):
        records.open(record, keys)


def test_a_record_in_the_place_of_another_does_not_open(claire: Member) -> None:
    """Whoever writes to the database can seal anything to a mailbox; the commitment in the log does not follow."""
    genuine = records.seal(CONTENT, [reader(claire)], envelope=ids.new(), at=NOON)
    key, forged = random.key(), canonical.dumps({**CONTENT, "size": 4})
    claim = reader(claire)
    seal = hpke.seal(claim.public_key, key, info=claim.info(genuine.commitment))
    sealed = format.seal_small(key, "record", bytes(32) + forged, genuine.commitment)
    swapped = replace(genuine, sealed=sealed, seals=(records.Seal(claim.mailbox, claim.epoch, seal),))
    record = keep(swapped)
    with pytest.raises(Unreadable):
        records.open(record, actor(claire).keys)
    with pytest.raises(Unreadable):
        records.open_many(UUID(str(genuine.envelope)), actor(claire).keys)


@pytest.mark.req("E11")
def test_erasing_a_record_leaves_the_log_whole(claire: Member) -> None:
    envelope = ids.new()
    keep(records.seal(CONTENT, [reader(claire)], envelope=envelope, at=NOON))
    Integrator().step(at=after(1))
    Record.objects.all().delete()
    assert not RecordSeal.objects.exists()
    assert checks.fully(at=after(2))[0].entries == Evidence.objects.filter(entry__isnull=False).count()
    assert records.open_many(envelope, actor(claire).keys) == {}
