import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sceau.accounts import passwords
from sceau.accounts.passwords import Missing, WeakPassword

GOOD = "Vent-frais 7 collines"


def missing(password: str, *about: str) -> set[Missing]:
    return set(passwords.judge(password, length=12, about=about).missing)


def test_a_long_mixed_password_lacks_nothing() -> None:
    assert missing(GOOD) == set()
    passwords.require(GOOD, length=12)


@pytest.mark.parametrize(
    ("password", "reasons"),
    [
        ("Kv7-xwRq2p", {Missing.LENGTH}),
        ("KV7-XWRQ2PTL", {Missing.LOWER}),
        ("kv7-xwrq2ptl", {Missing.UPPER}),
        ("Kvz-xwRqhptl", {Missing.DIGIT}),
        ("Kv7zxwRq2ptl", {Missing.OTHER}),
        ("kvzxwrqhptlm", {Missing.UPPER, Missing.DIGIT, Missing.OTHER}),
        ("", {Missing.LENGTH, Missing.LOWER, Missing.UPPER, Missing.DIGIT, Missing.OTHER}),
        (GOOD * 10, {Missing.TOO_LONG}),
    ],
)
def test_each_thing_that_is_missing_has_its_own_reason(password: str, reasons: set[Missing]) -> None:
    assert missing(password) == reasons


@pytest.mark.parametrize(
    "password",
    [
        "Motdepasse12!",
        "M0tdep@sse2026",
        "Azerty123456!",
        "Bonjour2024!!",
        "Marseille13000!",
        "P@ssw0rd1234",
        "Qsdfghjklm1!",
        "Aaaaaaaaaa1!",
        "Ab1!Ab1!Ab1!",
        "Soleil-2025!",
        "Médecin-2026",
        "Chouchou1987!",
        "1Qaz2Wsx3Edc!",
        "Abcdefgh1234!",
    ],
)
def test_it_refuses_what_everybody_tries(password: str) -> None:
    assert Missing.COMMON in missing(password)


@pytest.mark.parametrize("password", ["Claire.Vasseur1", "V@sseur-Cl4ire2", "cVasseur-2026!!", "Tilleuls-2026-!"])
def test_it_refuses_the_persons_own_names(password: str) -> None:
    about = ("Claire", "Vasseur", "claire.vasseur@exemple.fr", "Cabinet des Tilleuls")
    assert Missing.PERSONAL in missing(password, *about)
    assert missing(password, "Bruno") == set()


def test_accents_of_another_keyboard_count_as_letters() -> None:
    assert Missing.LOWER not in missing("É7-ÀÇÙ-éàç-XK")
    assert Missing.UPPER not in missing("é7-àçù-Éàç-xk")


def test_the_length_is_a_setting() -> None:
    assert passwords.judge("Kv7-xwRq2p", length=10).missing == ()


def test_a_refusal_carries_its_reasons_and_says_none_of_the_password() -> None:
    with pytest.raises(WeakPassword) as caught:
        passwords.require("azerty", length=12)
    assert Missing.LENGTH in caught.value.missing
    assert "azerty" not in f"{caught.value} {caught.value!r}"


@pytest.mark.parametrize(
    ("password", "strength"),
    [("", 0), ("Motdepasse12!", 1), ("Kv7-xwRq2", 1), ("Kv7-xw azerty", 2), ("Kv7-xwRq2ptl", 3), (GOOD, 4)],
)
def test_strength_goes_from_zero_to_four(password: str, strength: int) -> None:
    assert passwords.judge(password, length=12).strength == strength


@settings(deadline=None)
@given(st.text(alphabet=st.characters(), max_size=300))
def test_any_text_gets_a_verdict(password: str) -> None:
    verdict = passwords.judge(password, length=12, about=("Claire",))
    assert 0 <= verdict.strength <= 4
    assert verdict.missing or verdict.strength >= 2


@settings(deadline=None)
@given(st.text(string.ascii_letters + string.digits + "-_.", min_size=8, max_size=20))
def test_knowing_the_person_never_makes_a_password_better(password: str) -> None:
    stranger = passwords.judge(password, length=12)
    friend = passwords.judge(password, length=12, about=("Claire", "Vasseur"))
    assert set(stranger.missing) <= set(friend.missing)
    assert friend.strength <= stranger.strength
