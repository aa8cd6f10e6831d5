"""Documents in pieces, at the door: who may send, what is answered, and what a lock changes."""

import hashlib
from typing import Any

import pytest
from django.test import Client

from sceau.envelopes.models import Arrival, Draft, Upload
from sceau.vault import sessions
from sceau.vault.models import Session
from tests import people
from tests.envelopes import desk
from tests.people import Member, sign_in

OCTETS = hashlib.shake_256(b"document").digest(90_000)
BODY = "application/offset+octet-stream"


@pytest.fixture
def browser(claire: Member) -> Client:
    return sign_in(claire)


@pytest.fixture
def draft(claire: Member, marc: Member) -> Draft:
    return desk.write(people.actor(claire), str(marc.address))


def announce(browser: Client, draft: Draft, size: object = len(OCTETS)) -> Any:  # Django's test response
    headers = {"Upload-Length": str(size), "Upload-Name": "%C3%89cho.pdf", "Upload-Type": "application/pdf"}
    return browser.post(f"/brouillons/{draft.id}/morceaux", headers={**headers, "Accept": "application/json"})


def send(browser: Client, place: str, offset: object, octets: bytes, content_type: str = BODY) -> Any:
    headers = {"Upload-Offset": str(offset), "Accept": "application/json"}
    return browser.generic("PATCH", place, octets, content_type, headers=headers, CONTENT_TYPE=content_type)


def test_announced_asked_about_sent_and_there(browser: Client, draft: Draft) -> None:
    announced = announce(browser, draft)
    place = announced["Location"]
    assert (announced.status_code, announced["Upload-Offset"]) == (201, "0")
    first = send(browser, place, 0, OCTETS[:50_000])
    assert (first.status_code, first["Upload-Offset"]) == (204, "50000")
    asked = browser.head(place)
    assert (asked.status_code, asked["Upload-Offset"], asked["Upload-Length"]) == (204, "50000", "90000")
    assert asked["Cache-Control"] == "no-store"
    last = send(browser, place, 50_000, OCTETS[50_000:])
    assert last.status_code == 200
    assert "Écho.pdf" in last.content.decode()
    assert Upload.objects.get().size == len(OCTETS)
    again = send(browser, place, 90_000, b"")
    assert (again.status_code, again["Upload-Offset"]) == (200, "90000")
    assert browser.head(place)["Upload-Offset"] == "90000"


def test_the_wrong_place_is_answered_with_the_right_one(browser: Client, draft: Draft) -> None:
    place = announce(browser, draft)["Location"]
    send(browser, place, 0, OCTETS[:50_000])
    for offset in (0, 49_999, 60_000):
        answer = send(browser, place, offset, OCTETS[offset:])
        assert (answer.status_code, answer["Upload-Offset"]) == (409, "50000")
        assert answer.json()["code"] == "wrong-offset"


def test_what_is_given_up_is_gone(browser: Client, draft: Draft) -> None:
    place = announce(browser, draft)["Location"]
    assert browser.delete(place).status_code == 204
    assert browser.head(place).status_code == 404
    assert send(browser, place, 0, OCTETS).status_code == 404
    assert not Arrival.objects.exists()


@pytest.mark.parametrize("size", ["", "-1", "1e3", "neuf", "1" * 20])
def test_a_length_that_is_none_is_a_broken_request(browser: Client, draft: Draft, size: str) -> None:
    assert announce(browser, draft, size).status_code == 400
    assert not Arrival.objects.exists()


def test_a_document_that_fits_no_envelope_is_refused_with_the_reason_before_it_travels(
    browser: Client, draft: Draft
) -> None:
    answer = announce(browser, draft, 40_000_001)
    assert answer.status_code == 413
    assert "40 Mo" in answer.json()["text"].replace("\u00a0", " ")


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"])
@pytest.mark.attack(29)
def test_a_form_is_no_piece(browser: Client, draft: Draft, content_type: str) -> None:
    place = announce(browser, draft)["Location"]
    assert send(browser, place, 0, OCTETS, content_type).status_code == 415
    assert browser.head(place)["Upload-Offset"] == "0"


@pytest.mark.attack(29)
def test_another_site_sends_nothing(browser: Client, draft: Draft) -> None:
    place = announce(browser, draft)["Location"]
    browser.handler.enforce_csrf_checks = True
    assert announce(browser, draft).status_code == 403
    assert send(browser, place, 0, OCTETS).status_code == 403
    assert browser.delete(place).status_code == 403
    assert Arrival.objects.count() == 1


@pytest.mark.attack(28)
def test_somebody_else_finds_nothing(browser: Client, draft: Draft, marc: Member) -> None:
    place, stranger = announce(browser, draft)["Location"], sign_in(marc)
    assert announce(stranger, draft).status_code == 404
    assert send(stranger, place, 0, OCTETS).status_code == 404
    assert stranger.head(place).status_code == 404
    assert stranger.delete(place).status_code == 404


@pytest.mark.attack(28)
def test_a_piece_goes_into_the_draft_that_it_was_announced_for(browser: Client, draft: Draft, claire: Member) -> None:
    place = announce(browser, draft)["Location"]
    other = desk.write(people.actor(claire), "")
    assert send(browser, place.replace(str(draft.id), str(other.id)), 0, OCTETS).status_code == 404


@pytest.mark.req("V7")
def test_a_locked_screen_keeps_the_pieces_and_the_unlock_finishes(
    browser: Client, draft: Draft, claire: Member
) -> None:
    place = announce(browser, draft)["Location"]
    send(browser, place, 0, OCTETS[:10_000])
    sessions.lock(Session.objects.get(state=Session.State.OPEN))
    answer = send(browser, place, 10_000, OCTETS[10_000:])
    assert (answer.status_code, answer["Upload-Offset"], answer.content) == (204, "90000", b"")
    assert browser.head(place)["Upload-Offset"] == "90000"
    assert not Upload.objects.exists()
    assert browser.post("/verrou", {"password": claire.password}).status_code == 303
    assert send(browser, place, 90_000, b"").status_code == 200
    assert Upload.objects.get().size == len(OCTETS)


@pytest.mark.req("V7")
def test_pieces_are_no_human_act(browser: Client, draft: Draft) -> None:
    place = announce(browser, draft)["Location"]
    Session.objects.update(acted_at="2026-01-01T00:00:00Z")
    assert send(browser, place, 0, OCTETS[:10]).status_code == 204  # the session is locked by now
    assert Session.objects.get().state == Session.State.LOCKED
