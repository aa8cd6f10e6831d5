"""The machine's clock is set back: nothing is dated before what was published, and the draft waits."""

from datetime import timedelta

import pytest
from django.test import Client

from sceau.core import clock
from sceau.envelopes.models import Draft, Envelope, Opening
from sceau.evidence import checks, integrator
from sceau.evidence.models import Evidence
from tests import people
from tests.bad_days.conftest import MoveClock
from tests.bad_days.desk import LETTER, form, names, saved, url
from tests.envelopes import desk
from tests.people import Member, sign_in, text_of

pytestmark = pytest.mark.django_db

HOUR, TWENTY_MINUTES = timedelta(hours=1), timedelta(minutes=20)
BEHIND = "L’horloge du service est en retard : tant qu’elle n’est pas remise à l’heure, rien ne peut être scellé"


@pytest.fixture
def browser(claire: Member, marc: Member, draft: Draft, move_clock: MoveClock) -> Client:
    """An hour after everybody's accounts were opened."""
    move_clock(HOUR)
    return sign_in(claire)


def test_nothing_is_sealed_or_opened_until_the_clock_is_right_again(
    browser: Client, draft: Draft, claire: Member, marc: Member, move_clock: MoveClock
) -> None:
    envelope = desk.send(people.actor(claire), str(marc.address))
    integrator.step(at=clock.now())
    marc_s, copy, before = sign_in(marc), desk.copy_of(envelope, marc), Evidence.objects.count()
    move_clock(-TWENTY_MINUTES)
    answer = browser.post(url(draft, "sceller"), form(draft, marc.address))
    assert answer.status_code == 503
    assert BEHIND in text_of(answer)
    assert "Votre brouillon est gardé" in text_of(answer)
    assert f"{LETTER}</textarea>" in answer.content.decode()
    assert (saved(draft, claire).text, names(draft, claire)) == (LETTER, ["compte-rendu.pdf"])
    answer = marc_s.post(f"/enveloppes/{copy.id}/ouvrir")
    assert (answer.status_code, BEHIND in text_of(answer)) == (503, True)
    assert (Envelope.objects.count(), Opening.objects.count(), Evidence.objects.count()) == (1, 0, before)
    move_clock(TWENTY_MINUTES)
    draft.refresh_from_db()
    assert browser.post(url(draft, "sceller"), form(draft, marc.address)).status_code == 303
    assert marc_s.post(f"/enveloppes/{copy.id}/ouvrir").status_code == 303
    assert integrator.step(at=clock.now()) > 0
    checks.fully(at=clock.now())


def test_a_few_seconds_are_no_trouble(browser: Client, draft: Draft, marc: Member, move_clock: MoveClock) -> None:
    """Clocks are corrected all the time."""
    integrator.step(at=clock.now())
    move_clock(-timedelta(seconds=4))
    assert browser.post(url(draft, "sceller"), form(draft, marc.address)).status_code == 303
