"""The summary: what a list shows of a sealed envelope."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sceau.core import canonical, hpke, ids, random
from sceau.core.errors import Malformed, Unreadable
from sceau.envelopes.mime import Part, Role
from sceau.envelopes.summaries import ContentKey, Imported, Party, Summary
from sceau.vault import format
from sceau.vault.epochs import EpochKey

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
sizes = st.integers(0, 2**53 - 1)
parties = st.builds(Party, texts, texts)
digests = st.binary(min_size=32, max_size=32)
roles = st.sampled_from(Role)
parts = st.builds(
    Part, texts, texts, st.none() | texts, st.just("base64"), sizes, sizes, sizes, digests, roles, texts, texts
)
imports = st.builds(Imported, st.none() | sizes, st.lists(texts, max_size=2).map(tuple))
many = st.lists(parties, max_size=4).map(tuple)
summaries = st.builds(
    Summary,
    sender=parties,
    to=many,
    cc=many,
    subject=texts,
    label=texts,
    message_id=texts,
    references=st.lists(texts, max_size=3).map(tuple),
    parts=st.lists(parts, max_size=4).map(tuple),
    imported=st.none() | imports,
)


@given(summaries)
def test_a_summary_reads_back_as_it_was(summary: Summary) -> None:
    assert Summary.decode(summary.encode()) == summary


@given(
    summaries, st.sampled_from(["version", "from", "to", "subject", "parts", "message_id", "references", "imported"])
)
def test_a_summary_without_one_of_its_fields_is_malformed(summary: Summary, field: str) -> None:
    value = canonical.loads(summary.encode())
    del value[field]
    with pytest.raises(Malformed):
        Summary.decode(canonical.dumps(value))


def test_a_summary_of_another_version_is_malformed() -> None:
    empty = Summary(Party("", ""), (), (), "", "", "", (), ())
    value = canonical.loads(empty.encode()) | {"version": 3}
    with pytest.raises(Malformed):
        Summary.decode(canonical.dumps(value))


def test_a_summary_of_the_first_version_says_text_then_documents() -> None:
    parts = tuple(Part(str(number), "text/plain", None, "base64", 0, 4, 3, bytes(32)) for number in (1, 2))
    value = canonical.loads(Summary(Party("", ""), (), (), "", "", "", (), parts).encode())
    del value["imported"]
    for part in value["parts"]:
        del part["role"], part["charset"], part["cid"]
    read = Summary.decode(canonical.dumps(value | {"version": 1}))
    assert [part.role for part in read.parts] == [Role.TEXT, Role.DOCUMENT]
    assert read.imported is None


@pytest.mark.req("V3")
def test_a_content_key_is_bound_to_its_envelope_its_mailbox_and_the_epoch() -> None:
    seed, envelope, mailbox = random.key(), ids.new(), ids.new()
    key = ContentKey(envelope, random.key())
    sealed = key.seal_to(EpochKey(mailbox, 3, hpke.public_key(seed)))
    assert hpke.open(seed, sealed, info=hpke.info("content", envelope, mailbox, 3)) == key.octets
    for other in ((ids.new(), mailbox, 3), (envelope, ids.new(), 3), (envelope, mailbox, 4)):
        with pytest.raises(Unreadable):
            hpke.open(seed, sealed, info=hpke.info("content", *other))


def test_a_sealed_summary_is_what_the_format_says() -> None:
    key = ContentKey(ids.new(), random.key())
    summary = Summary(Party("Dr A", "a@exemple.fr"), (), (), "Avis", "report", "<x@exemple.fr>", (), ())
    assert format.open_small(key.octets, "summary", key.seal_summary(summary), key.envelope) == summary.encode()
    with pytest.raises(Unreadable):
        ContentKey(ids.new(), key.octets).open_summary(key.seal_summary(summary))


def test_keys_and_summaries_show_nothing() -> None:
    key = ContentKey(ids.new(), b"secret" * 6)
    summary = Summary(Party("Dr A", "a@exemple.fr"), (), (), "secret", "", "", (), ())
    assert "secret" not in repr([key, summary])
