"""What may be written to whom, how much, until when."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sceau.core.errors import Malformed
from sceau.core.values import Address
from sceau.envelopes import names, rules

AT = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
MARC = Address.parse("marc@exemple.fr")
ZOE = Address.parse("zoe@exemple.fr")
LIMITS = rules.Limits(recipients=100, size=40_000_000)

locals_ = st.from_regex(r"[a-z0-9]{1,12}([._-][a-z0-9]{1,6})?", fullmatch=True)
addresses = st.builds(
    lambda name, host: Address.parse(f"{name}@{host}.fr"), locals_, st.from_regex("[a-z]{2,9}", fullmatch=True)
)
shown = st.sampled_from(["", "Marc Benali", '"Benali, Marc"', "Dr Zoé d’Arc", "Benali, Marc", '"x; y"'])


def read(to: str, cc: str = "", limit: int = 100) -> rules.Recipients:
    return rules.recipients(to, cc, limit=limit)


@pytest.mark.parametrize(
    "text",
    [
        "marc@exemple.fr, zoe@exemple.fr",
        "marc@exemple.fr;zoe@exemple.fr;",
        "marc@exemple.fr zoe@exemple.fr",
        "marc@exemple.fr\r\nzoe@exemple.fr\n",
        "Dr Marc Benali <marc@exemple.fr>, zoe@exemple.fr",
        '"Benali, Marc" <MARC@Exemple.FR>; Zoé <zoe@exemple.fr>',
        "Benali, Marc <marc@exemple.fr>\tzoe@exemple.fr",
        "<marc@exemple.fr>, zoe@exemple.fr, marc@exemple.fr",
    ],
)
def test_it_reads_recipients_as_people_type_them(text: str) -> None:
    assert read(text).to == (MARC, ZOE)


def test_an_address_in_both_fields_counts_once_as_a_recipient_in_the_first() -> None:
    assert read("marc@exemple.fr", "zoe@exemple.fr, Marc@exemple.fr") == rules.Recipients((MARC,), (ZOE,))


@given(st.lists(st.tuples(shown, addresses), min_size=1, max_size=8), st.sampled_from([",", ";", "\n", "\t", " , "]))
def test_it_finds_every_address_whatever_the_names_and_the_separator(
    people: list[tuple[str, Address]], separator: str
) -> None:
    text = separator.join(f"{name} <{address}>" if name else str(address) for name, address in people)
    assert read(text).to == tuple(dict.fromkeys(address for _, address in people))


@given(st.text())
@pytest.mark.attack(7)
def test_any_text_gives_recipients_or_a_refusal_that_shows_one_line_each(text: str) -> None:
    try:
        told = [str(address) for address in read(text)]
    except rules.MalformedRecipient as refusal:
        told = list(refusal.typed)
    except rules.NoRecipient:
        assert "@" not in text
        return
    assert told
    assert all(map(names.is_one_line, told))


def test_it_names_what_is_not_an_address() -> None:
    with pytest.raises(rules.MalformedRecipient) as refusal:
        read("Jean, marc@exemple.fr, zoe@@exemple.fr", "paul")
    assert refusal.value.typed == ("Jean", "zoe@@exemple.fr", "paul")


def test_it_refuses_nobody() -> None:
    with pytest.raises(rules.NoRecipient):
        read(" ,; ", "\n")


def test_it_counts_recipients_once_folded() -> None:
    text = ",".join(f"p{number}@exemple.fr, P{number}@exemple.fr" for number in range(100))
    assert len(read(text)) == 100
    with pytest.raises(rules.TooManyRecipients) as refusal:
        read(text, "zoe@exemple.fr")
    assert refusal.value.limit == 100


def test_it_names_every_address_without_a_mailbox() -> None:
    with pytest.raises(rules.UnknownRecipient) as refusal:
        rules.check_known(read("marc@exemple.fr", "zoe@exemple.fr, eve@exemple.fr"), {ZOE})
    assert refusal.value.addresses == (MARC, Address.parse("eve@exemple.fr"))


def test_a_validated_account_writes_to_anybody() -> None:
    rules.check_entitled(read("marc@exemple.fr zoe@exemple.fr"), certified=True, correspondent=None)


def test_an_account_that_is_not_validated_answers_its_correspondent_only() -> None:
    rules.check_entitled(read("marc@exemple.fr"), certified=False, correspondent=MARC)
    for to, correspondent in (
        ("marc@exemple.fr", None),
        ("marc@exemple.fr zoe@exemple.fr", MARC),
        ("zoe@exemple.fr", MARC),
    ):
        with pytest.raises(rules.NotEntitled):
            rules.check_entitled(read(to), certified=False, correspondent=correspondent)


def test_the_limit_is_on_all_attachments_together() -> None:
    rules.check_size([39_000_000, 1_000_000], LIMITS)
    with pytest.raises(rules.TooLarge) as refusal:
        rules.check_size([39_000_000, 1_000_001], LIMITS)
    assert (refusal.value.limit, refusal.value.size) == (40_000_000, 40_000_001)
    with pytest.raises(rules.TooManyDocuments):
        rules.check_size([1] * 101, LIMITS)


def test_a_text_longer_than_a_letter_belongs_in_a_document() -> None:
    rules.check_text("x" * 250, "x" * 500_000)
    for subject, text, limit in (("x" * 251, "", 250), ("", "x" * 500_001, 500_000)):
        with pytest.raises(rules.TooLong) as refusal:
            rules.check_text(subject, text)
        assert refusal.value.limit == limit


def test_an_expiry_is_the_end_of_the_day_where_the_sender_lives() -> None:
    paris = rules.expiry("2026-11-30", zone="Europe/Paris", at=AT, days=92)
    reunion = rules.expiry("2026-11-30", zone="Indian/Reunion", at=AT, days=92)
    assert paris == datetime(2026, 11, 30, 23, 0, tzinfo=UTC)
    assert reunion == datetime(2026, 11, 30, 20, 0, tzinfo=UTC)
    assert rules.expiry("", zone="Europe/Paris", at=AT, days=92) is None


@pytest.mark.parametrize("text", ["2026-11-21", "2027-02-23", "demain", "2026-13-01", "99999-01-01"])
def test_it_says_which_expiry_days_are_allowed(text: str) -> None:
    with pytest.raises(rules.BadExpiry) as refusal:
        rules.expiry(text, zone="Europe/Paris", at=AT, days=92)
    assert (refusal.value.first, refusal.value.last) == (date(2026, 11, 22), date(2027, 2, 21))


@given(st.text())
@pytest.mark.attack(7)
def test_a_subject_is_one_shown_line(text: str) -> None:
    line = rules.subject(text)
    assert names.is_one_line(line)
    assert len(line) <= rules.SUBJECT_LIMIT


def test_a_reply_says_so_once() -> None:
    assert rules.reply_subject("Avis") == "Re : Avis"
    assert rules.reply_subject("RE: Avis") == "RE: Avis"
    assert rules.reply_subject("Re : Avis") == "Re : Avis"
    assert len(rules.reply_subject("x" * rules.SUBJECT_LIMIT)) == rules.SUBJECT_LIMIT


def test_a_label_is_one_of_the_list_or_none() -> None:
    assert rules.label("report") is rules.Label.REPORT
    assert rules.label("Résultats VIH") is rules.Label.NONE


def test_content_with_little_time_left_is_not_announced_twice() -> None:
    days = [rules.warned_already(timedelta(days=left)) for left in (92, 16, 15, 4, 3, 1)]
    assert days == [0, 0, 15, 15, 3, 3]


def test_refusals_never_carry_what_was_typed_into_a_log() -> None:
    refusal = rules.MalformedRecipient(("marc@@exemple.fr",))
    assert isinstance(refusal, Malformed)
    assert str(refusal) == "malformed-recipient"
    assert "marc" not in repr(refusal)
