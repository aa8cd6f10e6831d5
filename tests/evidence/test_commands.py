"""`sceau verify-log` and `sceau log`, as operators call them."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sceau.evidence import keys, log
from sceau.evidence.integrator import Integrator
from sceau.evidence.models import Checkpoint, Evidence, LogEntry
from sceau.evidence.note import Checkpoint as Head
from tests.evidence import make_vectors
from tests.evidence.logs import after, happen, published

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def a_french_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)


def said(*arguments: str) -> str:
    output = io.StringIO()
    call_command(*arguments, stdout=output)
    return output.getvalue()


def test_an_empty_and_a_whole_log_pass() -> None:
    assert said("verify-log").splitlines() == ["Le journal est encore vide.", "Le journal est entier."]
    published([300, 4])
    assert said("verify-log").splitlines() == [
        "essais.example/evidence : 304 événements, 2 signatures vérifiées.",
        "Le journal est entier.",
    ]


def test_what_is_wrong_and_where_is_said_and_is_the_exit_status() -> None:
    published([10])
    Evidence.objects.filter(entry__index=3).update(recipient=500)
    with pytest.raises(CommandError) as caught:
        said("verify-log")
    assert caught.value.returncode == 1
    assert "Le journal n’est pas ce qui a été signé." in str(caught.value)
    assert "log-damaged : essais.example/evidence row 3" in str(caught.value)


def test_a_kept_proof_is_looked_for(tmp_path: Path) -> None:
    rows = published([10, 5])
    proof = log.prove(rows[:1])[rows[0].id]
    (tmp_path / "one.tlog-proof").write_text(proof.encode())
    (tmp_path / "checkpoint").write_text(Checkpoint.objects.get(size=10).note)
    told = said("verify-log", "--holds", str(tmp_path / "one.tlog-proof"), "--holds", str(tmp_path / "checkpoint"))
    assert "le journal contient bien ses 15 premiers événements" in told
    assert "le journal contient bien ses 10 premiers événements" in told


@pytest.mark.attack(36)
def test_a_kept_proof_that_the_log_forgot_is_told(tmp_path: Path) -> None:
    published([10])
    forked = keys.signer().sign(Head(keys.origin(), 7, bytes(32)))
    (tmp_path / "kept").write_text(forked)
    with pytest.raises(CommandError, match="log-forked"):
        said("verify-log", "--holds", str(tmp_path / "kept"))


def test_what_is_no_proof_of_this_log_is_told(tmp_path: Path) -> None:
    published([3])
    (tmp_path / "text").write_text("bonjour")
    (tmp_path / "octets").write_bytes(b"\xff\xfe")
    vectors = make_vectors.FOLDER / "valid.json"
    for path in (tmp_path / "text", tmp_path / "octets", tmp_path / "absent", vectors):
        with pytest.raises(CommandError) as caught:
            said("verify-log", "--holds", str(path))
        assert str(path) in str(caught.value)


def test_recovering_says_what_was_lost_and_what_comes_next() -> None:
    published([40, 30])
    with pytest.raises(CommandError, match="rien à reprendre"):
        said("log", "recover")
    Checkpoint.objects.filter(size=70).delete()
    lost = list(LogEntry.objects.filter(index__gte=40).values_list("evidence", flat=True))
    LogEntry.objects.filter(index__gte=40).delete()
    Evidence.objects.filter(id__in=lost).delete()
    with pytest.raises(CommandError):
        said("verify-log")
    told = said("log", "recover")
    assert "essais.example/evidence est fermé, essais.example/evidence/2 le suit." in told
    assert "30 événements" in told
    Integrator().step(at=after(1000))
    assert "dont 30 perdus" in said("verify-log")


def test_the_status_says_how_the_log_stands() -> None:
    published([4])
    happen(2)
    assert said("log", "status").splitlines() == [
        "essais.example/evidence (ouvert) : 4 événements signés, le dernier le 2026-11-22 12:00:00 UTC",
        "En attente d’un numéro : 2",
    ]


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.binary(max_size=200))
def test_any_file_has_an_answer(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "any").write_bytes(data)
    with pytest.raises(CommandError):
        said("verify-log", "--holds", str(tmp_path / "any"))
