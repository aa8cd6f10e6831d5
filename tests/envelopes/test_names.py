"""Names and lines that cannot deceive: see attacks 7 and 14."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sceau.envelopes.names import is_one_line, one_line, safe_name


@given(st.text(max_size=300))
@settings(suppress_health_check=[HealthCheck.too_slow])
@example("CON")
@example("nul.tar.gz")
@example(". . .")
@example("a." + "b" * 300)
@example("é" * 250 + ".pdf")
@example("con" + "x" * 196 + "." + "y" * 30)
def test_a_safe_name_is_safe_and_stays_so(text: str) -> None:
    name = safe_name(text)
    assert name == safe_name(name)
    assert 0 < len(name.encode()) <= 200
    assert is_one_line(name)
    assert not set(name) & set('<>:"/\\|?*')
    assert name == name.strip(". ")
    assert name.partition(".")[0].upper() not in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT9"}


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("Compte rendu d’été – M. Dupont.pdf", "Compte rendu d’été – M. Dupont.pdf"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\Mes documents\\cr.pdf", "C__Mes documents_cr.pdf"),
        ("cr.pdf" + " " * 80 + ".exe", "cr.pdf .exe"),
        ("ordonnance\u202efdp.exe", "ordonnancefdp.exe"),
        ("con.pdf", "_con.pdf"),
        ("LPT¹", "_LPT¹"),
        ("console.pdf", "console.pdf"),
        (".htaccess", "htaccess"),
        ("e\u0301.pdf", "é.pdf"),
        ("\0\r\n", "document"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
    ],
)
def test_names_people_meet(given_name: str, name: str) -> None:
    assert safe_name(given_name) == name


def test_one_line_keeps_what_is_seen() -> None:
    assert one_line(" Résultats :\tM.\r\n DUPONT 👩‍⚕️ ") == "Résultats : M.  DUPONT 👩‍⚕️"
