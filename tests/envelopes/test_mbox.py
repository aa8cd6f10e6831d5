"""An mbox is split where a mail begins, whatever the pieces, and nothing else of it is touched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sceau.envelopes.mime import mbox

LINE = b"From marc@x.example Fri Nov 20 10:00:00 2026\n"
MAILS = [b"a: b\n\ntext\n", b"c: d\r\n\r\n>From here\r\n\r\n\r\n", b"x\n\nFrom home\n"]


def mails(file: bytes, size: int = 65_536) -> list[bytes]:
    return [b"".join(mail) for mail in mbox.split(file[start : start + size] for start in range(0, len(file), size))]


@given(
    st.lists(
        st.sampled_from([b"a: b\n\ntext\n", b"c: d\r\n\r\n>From here\r\n\r\n\r\n", b"x\n\nFrom home\n"]), min_size=1
    ),
    st.integers(1, 700),
)
def test_each_mail_comes_out_as_it_is_in_the_file(written: list[bytes], size: int) -> None:
    assert mails(b"".join(LINE + mail + b"\n" for mail in written), size) == written


@pytest.mark.parametrize(
    "line", [LINE, b"From - Fri Nov 20 10:00:00 2026\r\n", b"From a@b Fri Nov 20 10:00 CET 2026\n"]
)
def test_lines_of_several_programs_begin_a_mail(line: bytes) -> None:
    assert mails(line + b"a: b\n\n1\n\n" + line + b"c: d\n\n2\n") == [b"a: b\n\n1\n", b"c: d\n\n2\n"]


def test_a_sentence_that_begins_like_one_splits_nothing() -> None:
    (mail,) = mails(LINE + b"a: b\n\nHello\n\nFrom now on, all is well.\nFrom a@b Fri Nov 20 10:00:00 2026\n")
    assert mail.endswith(b"10:00:00 2026\n")


def test_what_is_not_read_of_a_mail_is_passed_over() -> None:
    found = mbox.split([LINE + b"a: b\n\n" + b"x" * 5000 + b"\n\n", LINE + b"c: d\n"])
    next(found)
    assert b"".join(next(found)) == b"c: d\n"


def test_nothing_holds_no_mail() -> None:
    assert mails(b"") == []
    assert mails(LINE) == []
