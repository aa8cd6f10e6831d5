"""Reading mails that others wrote: real ones, broken ones, and those of people who mean harm."""

import base64
import os
import time
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sceau.envelopes.mime import Part, Role
from sceau.envelopes.mime.oddities import BadMail, EmptyMail, LargeMail, Oddity
from sceau.envelopes.mime.parse import Parsed, content, parse, read
from sceau.envelopes.mime.scan import Limits
from tests.envelopes.mails import collection, mail, multipart

SMALL = Limits(size=10_000, depth=4, parts=8, head=2_000, heads=6_000, fields=20)
SAMPLES = [
    mail("Subject: =?utf-8?q?=C3=89t=C3=A9?="),
    multipart("Content-Type: text/plain; charset=iso-8859-1\n\nA", "Content-Type: image/png\n\nB"),
    multipart("Content-Type: message/rfc822\n\nSubject: inner\n\nC", "\nD", end=False),
    mail("Content-Type: text/html", "Content-Transfer-Encoding: base64", body="PGI+YTwvYj4="),
]
FRAGMENTS = [
    *(b"\r\n", b"\n", b"\r", b"\0", b"--b", b"--b--", b"\r\n\r\n", b"=", b"=?utf-8?b?", b"?=", b'"', b"(", b"<", b":"),
    *(b"Content-Type: multipart/mixed; boundary=b\n", b"Content-Type: message/rfc822\n", b"\xff", b"From: ", b"Date: "),
    *(b"Content-Transfer-Encoding: base64\n", b"Content-Disposition: x; filename*0*=utf-8''%ff\n", b"charset=utf-7"),
]


def one(parsed: Parsed, role: Role) -> Part:
    (part,) = parsed.of(role)
    return part


def check(raw: bytes, parsed: Parsed) -> None:
    """What holds of every mail: each part lies within it, and decodes to as much as was said."""
    assert parsed.size == len(raw)
    assert parsed.parts
    for number, part in enumerate(parsed.parts, 1):
        assert part.number == str(number)
        assert 0 <= part.offset <= part.offset + part.encoded_size <= len(raw)
        assert len(content(raw, part)) == part.size


class TestAnything:
    @given(
        st.binary(max_size=600) | st.lists(st.sampled_from(FRAGMENTS)).map(b"".join), st.sampled_from([SMALL, Limits()])
    )
    def test_any_octets_are_a_mail_or_a_bad_mail(self, raw: bytes, limits: Limits) -> None:
        try:
            parsed = parse(raw, limits)
        except BadMail:
            return
        check(raw, parsed)

    @given(st.data())
    def test_mails_that_were_damaged_are_still_read(self, data: st.DataObject) -> None:
        raw = bytearray(data.draw(st.sampled_from(SAMPLES)))
        for _ in range(data.draw(st.integers(1, 6))):
            at = data.draw(st.integers(0, len(raw)))
            raw[at : at + data.draw(st.integers(0, 20))] = data.draw(st.sampled_from(FRAGMENTS))
        if raw:
            check(bytes(raw), parse(bytes(raw)))

    @given(st.sampled_from(SAMPLES), st.integers(1, 90))
    def test_it_does_not_matter_in_which_pieces_a_mail_comes(self, raw: bytes, size: int) -> None:
        whole, cut = parse(raw), read(raw[start : start + size] for start in range(0, len(raw), size))
        assert (whole.parts, whole.subject, whole.oddities) == (cut.parts, cut.subject, cut.oddities)

    def test_nothing_is_an_empty_mail(self) -> None:
        with pytest.raises(EmptyMail):
            parse(b"")


class TestTheCollection:
    def test_every_mail_is_read_and_each_part_is_where_it_says(self) -> None:
        mails = {name: raw for name, raw in collection().items() if raw}
        assert len(mails) > 400
        for raw in mails.values():
            check(raw, parse(raw))

    @given(st.data())
    def test_damaged_mails_of_the_collection_are_read_too(self, data: st.DataObject) -> None:
        raw = bytearray(data.draw(st.sampled_from([raw for raw in collection().values() if 0 < len(raw) < 20_000])))
        for _ in range(data.draw(st.integers(1, 4))):
            at = data.draw(st.integers(0, len(raw)))
            raw[at : at + data.draw(st.integers(0, 40))] = data.draw(st.sampled_from(FRAGMENTS))
        check(bytes(raw), parse(bytes(raw)))


class TestHeaders:
    @pytest.mark.parametrize(
        ("written", "shown"),
        [
            ("=?utf-8?q?=C3=89t=C3=A9?=", "Été"),
            ("=?UTF-8?B?w4k=?= =?utf-8?b?dMOp?=", "Été"),
            ("=?utf-8?b?w4l0w6k?=", "Été"),  # without its padding
            ("=?utf-8?b?w4l0ww==?= =?utf-8?b?qQ==?=", "Été"),  # cut within a letter
            ("=?iso-8859-1?q?=C9t=E9?= 2026", "Été 2026"),
            ("=?iso-2022-jp?b?GyRCRnxLXBsoQg==?=", "日本"),
            ("=?utf-8*fr?q?=C3=A9t=C3=A9?=", "été"),
            ("=?utf-7?q?+ADw-b+AD4-?=", "+ADw-b+AD4-"),
            ("=?x-nobody?q?abc?=", "abc"),
            ("=?utf-8?x?abc?=", "=?utf-8?x?abc?="),
            ("=?utf-8?q?abc", "=?utf-8?q?abc"),
            (b"\xc3\x89t\xc3\xa9", "Été"),
            (b"\xc9t\xe9", "Été"),
            ("a\n b", "a b"),
        ],
    )
    def test_words_are_read_as_they_are_meant(self, written: str | bytes, shown: str) -> None:
        line = b"Subject: " + (written if isinstance(written, bytes) else written.encode())
        assert parse(mail(line)).subject == shown

    @pytest.mark.parametrize(
        ("written", "name", "address"),
        [
            ("marc@x.fr", "", "marc@x.fr"),
            ("Marc Benali <marc@x.fr>", "Marc Benali", "marc@x.fr"),
            ('"Benali, Marc" <marc@x.fr>', "Benali, Marc", "marc@x.fr"),
            ("Benali, Marc <marc@x.fr>", "Benali, Marc", "marc@x.fr"),
            ("marc@x.fr (Marc Benali)", "Marc Benali", "marc@x.fr"),
            ("Service: marc@x.fr;", "", "marc@x.fr"),
            ("<@relay.fr:marc@x.fr>", "", "marc@x.fr"),
            ('"=?utf-8?q?R=C3=A9mi?=" <r@x.fr>', "Rémi", "r@x.fr"),
            ('"marc@x.fr" <marc@x.fr>', "", "marc@x.fr"),
            ("Nobody", "Nobody", ""),
        ],
    )
    def test_a_sender_is_read(self, written: str, name: str, address: str) -> None:
        sender = parse(mail(f"From: {written}")).sender
        assert sender is not None
        assert (sender.name, sender.address, sender.deceiving) == (name, address, False)

    @pytest.mark.parametrize(
        ("written", "meant"),
        [
            ("Fri, 20 Nov 2026 10:00:00 +0100", datetime(2026, 11, 20, 9, tzinfo=UTC)),
            ("20 Nov 2026 10:00 GMT", datetime(2026, 11, 20, 10, tzinfo=UTC)),
            ("20 Nov 2026 10:00:00 -0000", datetime(2026, 11, 20, 10, tzinfo=UTC)),
            ("tomorrow", None),
            ("Fri, 99 Nov 2026 10:00:00 +9999", None),
            ("1 Jan 1850 00:00:00 +2300", None),
            ("", None),
        ],
    )
    def test_a_date_is_read_or_is_none(self, written: str, meant: datetime | None) -> None:
        parsed = parse(mail(f"Date: {written}"))
        assert parsed.date == meant
        assert (Oddity.BAD_DATE in parsed.oddities) == (meant is None)

    def test_what_it_answers_is_kept_for_the_thread(self) -> None:
        parsed = parse(mail("Message-ID: <3@x>", "References: <1@x> junk <2@x>", "In-Reply-To: <2@x>"))
        assert (parsed.message_id, parsed.references) == ("<3@x>", ("<1@x>", "<2@x>"))


class TestParts:
    def test_text_html_pictures_and_documents_are_told_apart(self) -> None:
        related = (
            "Content-Type: multipart/related; boundary=r\n\n--r\nContent-Type: text/html\n\n<img src=cid:logo@x>\n"
            "--r\nContent-Type: image/png\nContent-ID: <logo@x>\n\nPNG\n--r--"
        )
        raw = multipart(
            f"Content-Type: multipart/alternative; boundary=a\n\n--a\n\ntext\n--a\n{related}\n--a--",
            'Content-Type: application/pdf; name="cr.pdf"\n\n%PDF',
        )
        parsed = parse(raw)
        assert [(part.role, part.content_type) for part in parsed.parts] == [
            (Role.TEXT, "text/plain"),
            (Role.HTML, "text/html"),
            (Role.INLINE, "image/png"),
            (Role.DOCUMENT, "application/pdf"),
        ]
        assert one(parsed, Role.INLINE).cid == "logo@x"
        assert content(raw, one(parsed, Role.TEXT)) == b"text"
        assert parsed.oddities == ()

    def test_a_text_that_formatted_text_would_hide_is_a_document(self) -> None:
        parsed = parse(multipart("Content-Type: text/html\n\n<p>a", "Content-Type: text/plain\n\nb"))
        assert [part.role for part in parsed.parts] == [Role.HTML, Role.DOCUMENT]

    def test_only_one_formatted_part_is_the_letter(self) -> None:
        """Two never share a page (attack 15)."""
        parsed = parse(multipart(*["Content-Type: text/html\n\n<p>a"] * 2))
        assert [part.role for part in parsed.parts] == [Role.HTML, Role.DOCUMENT]

    def test_a_mail_within_the_mail_is_a_document_and_so_are_its_documents(self) -> None:
        inner = "Subject: Compte rendu\nContent-Type: multipart/mixed; boundary=i\n\n--i\n\ntext\n"
        inner += "--i\nContent-Type: application/pdf; name=cr.pdf\n\n%PDF\n--i--"
        raw = multipart(f"Content-Type: message/rfc822\n\n{inner}")
        parsed = parse(raw)
        assert [(part.name, part.content_type) for part in parsed.parts] == [
            ("Compte rendu.eml", "message/rfc822"),
            ("cr.pdf", "application/pdf"),
        ]
        assert content(raw, parsed.parts[0]) == inner.replace("\n", "\r\n").encode()

    def test_a_text_too_long_for_a_page_is_a_document(self) -> None:
        parsed = parse(mail(body=b"x" * 1_000_001))
        assert [part.role for part in parsed.parts] == [Role.DOCUMENT]
        assert Oddity.LONG_TEXT in parsed.oddities

    def test_a_digest_is_made_of_mails(self) -> None:
        parsed = parse(multipart("\nSubject: a\n\nA", "\nSubject: b\n\nB", kind="digest"))
        assert [part.name for part in parsed.parts] == ["a.eml", "b.eml"]

    @pytest.mark.parametrize(
        ("parameters", "name"),
        [
            ('filename="cr.pdf"', "cr.pdf"),
            ("filename=compte rendu.pdf", "compte rendu.pdf"),
            ("filename*=utf-8''%C3%A9t%C3%A9.pdf", "été.pdf"),
            ("filename*0*=utf-8''%C3; filename*1*=%A9t%C3%A9; filename*2=.pdf", "été.pdf"),
            ('filename="=?utf-8?q?=C3=A9t=C3=A9.pdf?="', "été.pdf"),
            ('filename="../../etc/passwd"', "_.._etc_passwd"),
            ('filename="a\\"b.pdf"', "a_b.pdf"),
            ("filename=", "document.pdf"),
        ],
    )
    def test_a_file_name_is_read_and_made_safe(self, parameters: str, name: str) -> None:
        parsed = parse(multipart(f"Content-Type: application/pdf\nContent-Disposition: attachment; {parameters}\n\nx"))
        assert one(parsed, Role.DOCUMENT).name == name

    @pytest.mark.parametrize(
        ("encoding", "body", "octets"),
        [
            ("base64", "Qm9u am91 !!cg==", b"Bonjour"),
            ("base64", "Qm9uam91cg", b"Bonjour"),
            ("base64", "Qm9u\n\nam91cg==QUFB", b"Bonjour"),
            ("quoted-printable", "Bon=\njour =ZZ =C3=A9", b"Bonjour =ZZ \xc3\xa9"),
            ("x-uuencode", "begin 644 a\n#0V%T\n`\nend", b"begin 644 a\r\n#0V%T\r\n`\r\nend"),
            ("8-bit", "é", "é".encode()),
        ],
    )
    def test_transfer_encodings_with_junk_are_read(self, encoding: str, body: str, octets: bytes) -> None:
        raw = multipart(f"Content-Type: application/pdf\nContent-Transfer-Encoding: {encoding}\n\n{body}")
        assert content(raw, parse(raw).parts[0]) == octets

    def test_lines_may_end_in_any_of_three_ways(self) -> None:
        for ending in (b"\r\n", b"\n", b"\r"):
            raw = multipart("Content-Type: text/plain\n\nA", "Content-Type: image/png\n\nB").replace(b"\r\n", ending)
            parsed = parse(raw)
            assert [content(raw, part) for part in parsed.parts] == [b"A", b"B"]
            assert (Oddity.BARE_CR in parsed.oddities) == (ending == b"\r")

    @pytest.mark.parametrize("raw", [b"Une note,\nsur deux lignes.\n", b"Une ligne\n", b"Une ligne", b"a\r"])
    def test_what_is_no_mail_is_shown_as_text(self, raw: bytes) -> None:
        parsed = parse(raw)
        assert content(raw, one(parsed, Role.TEXT)) == raw
        assert Oddity.NO_HEAD in parsed.oddities
        assert Oddity.BROKEN_HEAD not in parsed.oddities

    @pytest.mark.parametrize("raw", [b"Subject: a\n", b"Subject: a", b"Subject: a\r\n\r\n"])
    def test_a_header_alone_is_a_mail(self, raw: bytes) -> None:
        parsed = parse(raw)
        assert parsed.subject == "a"
        assert one(parsed, Role.TEXT).size == 0


class TestBombs:
    """Bounded time and memory, whatever somebody sends: each of these takes seconds or gigabytes done naively."""

    HEAD = b"From: a@b.fr\r\nSubject: x\r\n"
    MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n"

    @pytest.mark.attack(19)
    @pytest.mark.parametrize(
        ("raw", "oddity"),
        [
            (
                HEAD + b"".join(b"Content-Type: multipart/x; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(10_000)),
                "too-deep",
            ),
            (HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n--b\n" * 10_000, "too-deep"),
            (HEAD + b"Content-Type: message/rfc822\n\n" * 10_000, "too-deep"),
            (MIXED + b"\n--b\n\nx" * 10_000, "too-many-parts"),
            (MIXED + b"\n--b!" * 1_000_000, "no-boundary"),
            (HEAD + b"X: " + b"a" * 1_000_000 + b"\n\nhello", "large-head"),
            (HEAD + b"X: a\n" + b" \n" * 500_000 + b"\nhello", "large-head"),
            (HEAD + b"a:\n" * 1_000_000 + b"\nhello", "large-head"),
            (HEAD + b"Content-Transfer-Encoding: base64\n\n" + b"A=" * 5_000_000, "damaged-encoding"),
            (b"To: " + b"(" * 500_000 + b"\n\n", "large-head"),
        ],
        ids=str,
    )
    def test_a_bomb_is_read_coarsely_and_soon(self, raw: bytes, oddity: str) -> None:
        begun = time.process_time()
        parsed = parse(raw)
        assert time.process_time() - begun < 2
        assert oddity in parsed.oddities
        assert len(parsed.parts) <= Limits().parts

    def test_a_mail_beyond_the_limit_is_refused_while_it_comes(self) -> None:
        def endless() -> Iterator[bytes]:
            yield mail("Content-Type: application/pdf")
            while True:
                yield bytes(65_536)

        with pytest.raises(LargeMail) as refusal:
            read(endless(), Limits(size=1_000_000))
        assert refusal.value.limit == 1_000_000

    def test_forty_megabytes_pass_by_in_little_memory(self) -> None:
        encoded = base64.encodebytes(os.urandom(57) * 1149)  # 65 kB
        head = b"--b\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        tracemalloc.start()
        parsed = read([self.MIXED + head, *[encoded] * 600, b"\r\n--b--\r\n"])
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert parsed.parts[0].size == 57 * 1149 * 600
        assert peak < 4_000_000
