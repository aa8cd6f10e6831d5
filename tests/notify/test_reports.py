"""Delivery reports of real servers' shapes, and everything that is none."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sceau.core.errors import Malformed
from sceau.notify import reports
from sceau.notify.reports import Report
from tests.notify.samples import report

SAMPLES = Path(__file__).parents[3] / "shared" / "data" / "mime"


def test_a_failure_is_read_with_its_status() -> None:
    assert reports.read(report("failed", "5.1.1")) == Report("failed", "5.1.1")


@pytest.mark.parametrize(
    ("action", "status", "expected"),
    [
        ("Failed (user unknown)", "5.1.1 (bad destination)", Report("failed", "5.1.1")),
        ("delayed", "4.4.1", Report("delayed", "4.4.1")),
        ("failed", "", Report("failed", "")),
        ("failed", "nonsense", Report("failed", "")),
    ],
)
def test_fields_are_read_as_they_come(action: str, status: str, expected: Report) -> None:
    assert reports.read(report(action, status)) == expected


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("nothing", b""),
        ("an ordinary mail", b"Subject: Re: avis\r\nContent-Type: text/plain\r\n\r\nAction: failed\r\n"),
        ("a holiday answer", b"Auto-Submitted: auto-replied\r\nSubject: Absent\r\n\r\nJe suis absente.\r\n"),
        ("a report without its part", b'Content-Type: multipart/report; boundary="b"\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n'),
        ("a part without fields", report("failed", "5.1.1").replace(b"Action", b"X-Action")),
        ("a cut report", report("failed", "5.1.1")[:150]),
        ("a report quoted in a mail", b"Content-Type: text/plain\r\n\r\n" + report("failed", "5.1.1")),
    ],
)
def test_anything_else_is_malformed(name: str, data: bytes) -> None:
    with pytest.raises(Malformed):
        reports.read(data)


@given(st.binary())
@example(b"Content-Type: multipart/report; boundary*0*=\r\n\r\n")
@example(b"Content-Type: multipart/report; charset*1*=%%%; boundary=\xff\r\n\r\n")
def test_any_octets_are_a_report_or_malformed(data: bytes) -> None:
    with contextlib.suppress(Malformed):
        assert isinstance(reports.read(data), Report)


@given(st.data())
def test_any_damaged_report_is_a_report_or_malformed(data: st.DataObject) -> None:
    whole = bytearray(report("failed", "5.1.1"))
    for _ in range(data.draw(st.integers(1, 6))):
        start = data.draw(st.integers(0, len(whole)))
        end = min(len(whole), start + data.draw(st.integers(0, 40)))
        whole[start:end] = data.draw(st.binary(max_size=40))
    with contextlib.suppress(Malformed):
        assert isinstance(reports.read(bytes(whole)), Report)


def test_a_mail_nested_without_end_is_malformed() -> None:
    nested = b"".join(b"Content-Type: multipart/report; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(5000))
    with pytest.raises(Malformed):
        reports.read(nested)


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the collection of real mails is not beside this repository")
def test_every_real_mail_is_a_report_or_malformed() -> None:
    files = [path for path in SAMPLES.rglob("*") if path.is_file()]
    assert files
    for path in files:
        with contextlib.suppress(Malformed):
            reports.read(path.read_bytes())
