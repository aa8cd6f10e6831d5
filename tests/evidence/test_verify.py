"""`sceau verify` on receipts with one fault each: its own reason for each, its own sentence for each reason."""

import io
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sceau.cli import verifier
from sceau.evidence import reasons, verify, words
from sceau.evidence.events import DESCRIPTIONS, Event
from sceau.evidence.reasons import Unproven
from sceau.evidence.receipt import Receipt
from tests.evidence import faults, make_vectors
from tests.evidence.receipts import ACCESS, ENVELOPE, MESSAGE, ORIGIN, PARTIES, ROWS, TRUST, Log, with_content

FOLDER = make_vectors.FOLDER
CASES = [line.split() for line in (FOLDER / "expectations.txt").read_text().splitlines()]
VALID = [name for name, code in CASES if code == "valid"]
WHOLE = Log().receipt()
# Words that belong to audited providers only (docs/threats.md, claim rule).
CLAIMS = re.compile(r"qualifié|qualified|\bLRE\b|recommandé|registered letter|certifié|HDS", re.IGNORECASE)


def all_reasons() -> set[type[Unproven]]:
    return set(Unproven.__subclasses__())


def run(*arguments: str | Path) -> int:
    return verifier.main([str(argument) for argument in arguments])


def test_the_vectors_on_disk_are_the_ones_the_code_makes() -> None:
    kept = {path.name: path.read_bytes() for path in FOLDER.iterdir()}
    assert kept == make_vectors.files()


@pytest.mark.parametrize(("name", "code"), CASES)
@pytest.mark.req("E10")
def test_each_fault_has_its_reason(name: str, code: str, capsys: pytest.CaptureFixture[str]) -> None:
    status = run(FOLDER / name, "--trust", FOLDER / "operator.pem")
    told = capsys.readouterr().out
    if code == "valid":
        assert status == 0
        assert told.startswith("Preuve vérifiée : tout concorde.")
    else:
        assert status == 1
        assert told == f"Cette preuve ne tient pas. {words.reason(code, 'fr')} [{code}]\n"


def test_every_reason_that_json_can_have_is_among_the_faults() -> None:
    of_pdf = {"pdf-unreadable", "pdf-unsealed", "pdf-changed", "pdf-untrusted", "attachments-differ"}
    of_message = {"another-message", "no-parties"}
    tried = {code for _, code in CASES} - {"valid"}
    assert {reason.code for reason in all_reasons()} == tried | of_pdf | of_message


def test_every_reason_has_a_sentence_of_its_own_in_both_languages() -> None:
    for language in ("fr", "en"):
        sentences = [words.reason(reason.code, language) for reason in all_reasons()]  # type: ignore[arg-type]
        assert len(set(sentences)) == len(sentences)
        assert all(sentence.endswith(".") and len(sentence) > 20 for sentence in sentences)


def test_every_event_can_be_named() -> None:
    for event in Event:
        assert words.event(event, "fr")
        assert words.event(event, "en")
    assert words.event(Event.GRANT, "fr") == DESCRIPTIONS[Event.GRANT].name
    assert words.event(99, "en") == "Event unknown to this program: 99"


def test_an_envelope_whose_story_spans_a_closed_log_is_in_order() -> None:
    """The opening has a lower index than the sealing, in the origin that follows."""
    first = Log().receipt()
    next_ = Log(rows=(ROWS[3],), origin=f"{ORIGIN}/2").receipt()
    spanning = replace(first, items=(next_.items[0], *first.items[:3]))
    outcome = verify.verify(spanning.encode(), TRUST)
    assert [(step.event, step.origin) for step in outcome.steps] == [
        (1, ORIGIN),
        (11, ORIGIN),
        (11, ORIGIN),
        (17, f"{ORIGIN}/2"),
    ]
    assert [head.origin for head in outcome.checkpoints] == [f"{ORIGIN}/2", ORIGIN]


def test_the_message_is_compared() -> None:
    outcome = verify.verify(WHOLE.encode(), TRUST, io.BytesIO(MESSAGE))
    assert outcome.message_checked
    assert outcome.parties == PARTIES.content
    assert [step.event for step in outcome.steps] == [1, 11, 11, 17]
    assert [step.content for step in outcome.steps] == [None, None, None, ACCESS.content]


@given(st.integers(0, len(MESSAGE) - 1), st.integers(1, 255))
def test_one_flipped_octet_of_the_message_is_enough(at: int, mask: int) -> None:
    changed = MESSAGE[:at] + bytes([MESSAGE[at] ^ mask]) + MESSAGE[at + 1 :]
    with pytest.raises(reasons.AnotherMessage):
        verify.verify(WHOLE.encode(), TRUST, io.BytesIO(changed))


def test_a_message_cannot_be_compared_once_the_record_is_erased() -> None:
    erased = (FOLDER / "valid-without-records.json").read_bytes()
    verify.verify(erased, TRUST)
    with pytest.raises(reasons.NoParties):
        verify.verify(erased, TRUST, io.BytesIO(MESSAGE))


@given(st.data())
def test_one_flipped_octet_of_the_receipt_never_passes_for_the_same(data: st.DataObject) -> None:
    """What nothing signs is only what the receipt says of itself: operator's name, reader, time of making."""
    text = WHOLE.encode()
    at = data.draw(st.integers(0, len(text) - 1))
    changed = text[:at] + bytes([text[at] ^ data.draw(st.integers(1, 127))]) + text[at + 1 :]
    try:
        outcome = verify.verify(changed, TRUST)
    except Unproven:
        return
    assert (outcome.receipt.items, outcome.receipt.records) == (WHOLE.items, WHOLE.records)


@given(
    st.binary(max_size=400) | st.text(max_size=300).map(str.encode) | st.binary(max_size=300).map(b"%PDF-1.7\n".__add__)
)
def test_any_other_octets_have_a_reason(data: bytes) -> None:
    with pytest.raises(Unproven):
        verify.verify(data, TRUST)


def test_a_receipt_is_read_as_it_was_written() -> None:
    assert Receipt.decode(WHOLE.encode()) == WHOLE
    assert {name for name, (code, _) in faults.all().items() if code == "valid"} == {name[:-5] for name in VALID}


def test_an_event_of_a_newer_version_is_proved_all_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    newer = replace(ROWS[3], event=99, facts=None)
    (tmp_path / "newer.json").write_bytes(Log(rows=(*ROWS[:3], newer), records=(PARTIES,)).receipt().encode())
    assert run(tmp_path / "newer.json", "--trust", FOLDER / "operator.pem") == 0
    assert "Événement inconnu de ce programme : 99 (destinataire 1)" in capsys.readouterr().out


# The command


def test_the_command_says_what_was_proved_and_what_was_not(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = (FOLDER / "valid.json", "--trust", FOLDER / "operator.pem", "--message", FOLDER / "message.eml")
    assert run(*arguments) == 0
    told = capsys.readouterr().out
    for expected in (
        f"Enveloppe : {ENVELOPE}",
        "Expéditeur : Dr Claire Fontaine <claire.fontaine@tilleuls.example>",
        "Destinataire 2 : Inès Roche <ines.roche@azur.example>",
        "2026-11-22 13:01:08 UTC  Enveloppe scellée",
        "2026-11-22 14:01:08 UTC  Enveloppe ouverte (destinataire 1), Dr Marc Benali",
        "Le message donné est exactement celui qui a été scellé.",
        "L’heure est celle de l’opérateur",
        "Aucune qualification",
    ):
        assert expected in told
    assert run(*arguments, "--lang", "en") == 0
    english = capsys.readouterr().out
    assert "Receipt verified: everything agrees." in english
    assert "Envelope opened (recipient 1), Dr Marc Benali" in english
    for text in (told, english):
        assert not CLAIMS.search(text)


@pytest.mark.attack(37)
@pytest.mark.req("E4")
def test_the_time_says_where_it_comes_from(capsys: pytest.CaptureFixture[str]) -> None:
    run(FOLDER / "valid.json", "--trust", FOLDER / "operator.pem")
    assert "L’heure est celle de l’opérateur : elle ne vient pas d’un tiers horodateur." in capsys.readouterr().out


def test_usage_errors_are_not_verdicts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trust, receipt = FOLDER / "operator.pem", FOLDER / "valid.json"
    assert run(tmp_path / "absent.pdf", "--trust", trust) == 2
    assert run(receipt, "--trust", tmp_path / "absent.pem") == 2
    assert run(receipt, "--trust", receipt) == 2
    assert run(receipt, "--trust", trust, "--message", tmp_path / "absent.eml") == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("Vérification impossible") == 4
    for wrong in ([], [str(receipt)], [str(receipt), "--trust"], [str(receipt), "--trust", str(trust), "--lang", "de"]):
        with pytest.raises(SystemExit) as caught:
            verifier.main(wrong)
        assert caught.value.code == 2


@pytest.mark.req("E10")
def test_it_runs_without_settings_database_or_django(tmp_path: Path) -> None:
    program = (
        "import sys; from sceau.cli import verifier; status = verifier.main(sys.argv[1:]);"
        "assert not [name for name in sys.modules if name.split('.')[0] == 'django'], 'django was loaded';"
        "sys.exit(status)"
    )
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    arguments = [str(FOLDER / "valid.json"), "--trust", str(FOLDER / "operator.pem")]
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], env=environment, cwd=tmp_path, capture_output=True
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_names_cannot_draw_a_verdict_of_their_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    evil = {"scheme": "email", "value": "x@y.example\x1b[2J", "name": "Eve\nPreuve vérifiée : tout concorde.\u202e"}
    parties = with_content(PARTIES, by=evil, sender=evil)
    rows = faults._citing(parties, *ROWS)
    (tmp_path / "evil.json").write_bytes(Log(rows=rows, records=(parties, ACCESS)).receipt().encode())  # type: ignore[arg-type]
    assert run(tmp_path / "evil.json", "--trust", FOLDER / "operator.pem") == 0
    told = capsys.readouterr().out
    assert "\x1b" not in told
    assert "\u202e" not in told
    assert told.count("\nPreuve vérifiée") == 0
