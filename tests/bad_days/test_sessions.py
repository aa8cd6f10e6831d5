"""The session ends, or locks, between the first word and the button that seals: no word is lost on the way back."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client

from sceau.envelopes.models import Draft, Envelope
from sceau.vault.models import Session
from tests.bad_days.conftest import MoveClock
from tests.bad_days.desk import LETTER, form, names, saved, url
from tests.people import Member, sign_in, text_of

pytestmark = pytest.mark.django_db


def fields(page: str) -> dict[str, str]:
    """What the form of this page would send."""
    inputs = dict(re.findall(r'<input[^>]*name="(\w+)"[^>]*value="([^"]*)"', page))
    areas = dict(re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>\n?(.*?)</textarea>', page, re.DOTALL))
    return {name: unescape(value) for name, value in (inputs | areas).items()}


def test_half_an_hour_on_the_telephone_before_sealing(
    browser: Client, draft: Draft, claire: Member, marc: Member, move_clock: MoveClock
) -> None:
    move_clock(timedelta(minutes=31))
    answer = browser.post(url(draft, "sceller"), form(draft, marc.address))
    assert answer.status_code == 303, "saved with the public key alone, then the locked screen"
    assert saved(draft, claire).text == LETTER
    assert not Envelope.objects.exists()
    page = browser.get(answer["Location"])
    assert "verrouillé" in text_of(page).lower()
    assert LETTER not in page.content.decode()
    answer = browser.post("/verrou", {"password": claire.password, "next": f"/brouillons/{draft.id}"})
    page = browser.get(answer["Location"])
    assert f"{LETTER}</textarea>" in page.content.decode()
    assert "compte-rendu.pdf" in page.content.decode()
    draft.refresh_from_db()
    assert browser.post(url(draft, "sceller"), form(draft, marc.address)).status_code == 303
    assert Envelope.objects.get().documents == 1


@pytest.mark.parametrize("how", ["ended elsewhere", "the night after", "cookie lost"])
def test_no_session_any_more_when_sealing(
    browser: Client, draft: Draft, claire: Member, marc: Member, move_clock: MoveClock, how: str
) -> None:
    if how == "ended elsewhere":
        Session.objects.all().delete()
    elif how == "the night after":
        Session.objects.all().delete()  # the worker's purge
        move_clock(timedelta(hours=13))
    else:
        browser.cookies.clear()
    answer = browser.post(url(draft, "sceller"), form(draft, marc.address))
    assert answer.status_code == 401
    assert "Votre session est terminée" in text_of(answer)
    assert not Envelope.objects.exists()
    kept = fields(answer.content.decode())
    assert (kept["body"], kept["to"], kept["subject"]) == (LETTER, str(marc.address), "Avis cardiologique")
    sign_in(claire, browser)  # in another tab; then the button of this page
    assert browser.post(url(draft, "enregistrer"), kept).status_code == 303
    assert saved(draft, claire).text == LETTER
    assert names(draft, claire) == ["compte-rendu.pdf"]
    draft.refresh_from_db()
    assert browser.post(url(draft, "sceller"), form(draft, marc.address)).status_code == 303


def test_a_script_is_told_to_lock_the_screen_once_the_words_are_kept(
    browser: Client, draft: Draft, claire: Member, move_clock: MoveClock
) -> None:
    move_clock(timedelta(minutes=31))
    answer = browser.post(url(draft, "enregistrer"), form(draft), headers={"Accept": "application/json"})
    assert answer.status_code == 423
    assert "Ce que vous écriviez est enregistré" in answer.json()["text"]
    assert saved(draft, claire).text == LETTER
