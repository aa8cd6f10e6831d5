"""The few pages that belong to nobody: home, help, and what a request that leads nowhere is shown."""

import pytest
from django.test import Client, override_settings

from sceau.ui import csp
from sceau.vault.models import Session
from tests.people import Member, sign_in, text_of


def test_home_is_the_way_in_then_the_mailbox_then_the_lock(claire: Member) -> None:
    assert Client().get("/")["Location"] == "/connexion"
    browser = sign_in(claire)
    assert browser.get("/")["Location"] == "/recues"
    Session.objects.update(state=Session.State.LOCKED, wrapped_key=None)
    assert browser.get("/")["Location"] == "/verrou"


@override_settings(
    SCEAU_OPERATOR="GRADeS des Écrins",
    SCEAU_HELP_PHONE="04 92 00 00 00",
    SCEAU_HELP_MAIL="aide@exemple.fr",
    SCEAU_HELP_HOURS="du lundi au vendredi, 8 h à 19 h",
    SCEAU_DPO_MAIL="dpo@exemple.fr",
)
def test_help_says_whom_to_call_and_when() -> None:
    page = Client().get("/aide")
    words = text_of(page)
    for told in ("04 92 00 00 00", "aide@exemple.fr", "du lundi au vendredi", "dpo@exemple.fr", "GRADeS des Écrins"):
        assert told in words
    assert 'href="tel:0492000000"' in page.content.decode()


def test_help_names_the_operator_when_nobody_can_be_called() -> None:
    with override_settings(SCEAU_OPERATOR="GRADeS des Écrins", SCEAU_HELP_PHONE="", SCEAU_HELP_MAIL=""):
        assert "GRADeS des Écrins" in text_of(Client().get("/aide"))


@pytest.mark.parametrize("path", ["/connexion", "/inscription", "/acces-perdu", "/nulle-part", "/brouillons/abc"])
def test_help_is_one_link_away(path: str) -> None:
    assert 'href="/aide"' in Client().get(path).content.decode()


@pytest.mark.parametrize("path", ["/connexion", "/aide", "/nulle-part", "/deconnexion"])
def test_every_answer_carries_the_policy_and_is_kept_nowhere(path: str) -> None:
    page = Client().get(path)
    assert page["Content-Security-Policy"] == csp.POLICY
    assert page["Cache-Control"] == "no-store"
    assert page["X-Content-Type-Options"] == "nosniff"
    assert page["Referrer-Policy"] == "same-origin"


@pytest.mark.attack(28)
def test_what_is_absent_and_what_is_forbidden_look_the_same(claire: Member) -> None:
    browser = sign_in(claire)
    absent = browser.get("/enveloppes/0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b")
    unknown = browser.get("/nulle-part")
    assert absent.status_code == unknown.status_code == 404
    assert text_of(absent) == text_of(unknown)


@pytest.mark.attack(29)
def test_a_form_from_elsewhere_is_refused_with_a_way_back() -> None:
    answer = Client(enforce_csrf_checks=True).post("/connexion", {"address": "claire@exemple.fr", "password": "x"})
    assert answer.status_code == 403
    assert "restée ouverte trop longtemps" in text_of(answer)


def test_a_host_that_is_not_ours_is_a_bad_request() -> None:
    answer = Client().get("/connexion", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "evil.example" not in answer.content.decode()


def test_a_text_longer_than_any_letter_is_told_so(claire: Member) -> None:
    browser = sign_in(claire)
    answer = browser.post("/rediger", {"body": "x" * 2_600_000})
    assert answer.status_code == 413
    assert "C’est trop long" in text_of(answer)
