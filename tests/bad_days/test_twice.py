"""The button pressed twice at once, and two tabs on one draft."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from sceau.envelopes.models import Copy, Draft, Envelope
from sceau.evidence.events import Event
from sceau.evidence.models import Evidence
from tests.bad_days.desk import LETTER, file, form, names, saved, url
from tests.people import Member, text_of


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """The answers to acts in threads of their own, started together."""
    start = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        start.wait()
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def tab(browser: Client) -> Client:
    """The same browser once more: the same cookies."""
    other = Client()
    other.cookies = browser.cookies
    return other


@pytest.mark.django_db(transaction=True)
def test_pressed_four_times_at_once_it_is_one_envelope(
    browser: Client, draft: Draft, claire: Member, marc: Member
) -> None:
    def press() -> Any:
        return tab(browser).post(url(draft, "sceller"), form(draft, marc.address))

    answers = {(answer.status_code, answer.get("Location", "")) for answer in at_once(*[press] * 4)}
    envelope = Envelope.objects.get()
    own = Copy.objects.get(envelope=envelope, role=Copy.Role.FROM)
    assert answers == {(303, f"/enveloppes/{own.id}")}
    assert not Draft.objects.exists()
    assert Copy.objects.count() == 2
    assert Evidence.objects.filter(event=Event.SUBMISSION_ACCEPTANCE).count() == 1
    assert Evidence.objects.filter(event=Event.CONTENT_CONSIGNMENT).count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_tab_seals_while_the_other_attaches(browser: Client, draft: Draft, claire: Member, marc: Member) -> None:
    """Whoever comes first, the document is in the envelope, or still to be sent: never silently left out."""
    sealed, attached = at_once(
        lambda: tab(browser).post(url(draft, "sceller"), form(draft, marc.address)),
        lambda: tab(browser).post(url(draft, "joindre"), {"file": file("radio.pdf", 60_000)}),
    )
    if sealed.status_code == 303:
        assert Envelope.objects.get().documents == (2 if attached.status_code == 303 else 1)
    else:
        assert sealed.status_code == 409
        assert names(draft, claire) == ["compte-rendu.pdf", "radio.pdf"]


@pytest.mark.django_db
def test_two_tabs_show_both_versions_and_either_may_win(
    browser: Client, draft: Draft, claire: Member, marc: Member
) -> None:
    browser.post(url(draft, "enregistrer"), form(draft, marc.address, body="Version du premier onglet."))
    answer = browser.post(url(draft, "sceller"), form(draft, marc.address))
    assert answer.status_code == 409
    page = answer.content.decode()
    assert f"{LETTER}</textarea>" in page
    assert "Version du premier onglet." in page
    assert not Envelope.objects.exists()
    assert saved(draft, claire).text == "Version du premier onglet."
    draft.refresh_from_db()
    assert browser.post(url(draft, "sceller"), form(draft, marc.address)).status_code == 303
    assert Envelope.objects.get().documents == 1


@pytest.mark.django_db
def test_what_the_other_tab_types_after_the_sealing_goes_into_a_new_envelope(
    browser: Client, draft: Draft, claire: Member, marc: Member
) -> None:
    browser.post(url(draft, "sceller"), form(draft, marc.address))
    late = form(draft, marc.address, body="Une phrase de plus, trop tard.")
    answer = browser.post(url(draft, "enregistrer"), late)
    assert answer.status_code == 404
    assert "Une phrase de plus, trop tard.</textarea>" in answer.content.decode()
    assert "Continuer dans une nouvelle enveloppe" in text_of(answer)
    new = browser.post("/rediger", late)["Location"]
    assert "Une phrase de plus, trop tard." in browser.get(new).content.decode()
    assert Envelope.objects.count() == 1
