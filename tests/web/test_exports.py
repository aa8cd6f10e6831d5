"""« Tout télécharger » over HTTP: chosen, announced, cut, resumed."""

import http.client
import io
import re
import zipfile
from html import unescape

import pytest
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from sceau.core import clock
from sceau.envelopes import filing
from sceau.envelopes.models import Copy, Handover
from sceau.evidence import integrator
from sceau.vault import sessions
from tests import people
from tests.envelopes import desk
from tests.people import Member, sign_in, text_of

PARTIAL, UNSATISFIABLE = 206, 416


@pytest.fixture
def browser(claire: Member, marc: Member) -> Client:
    """Marc's, who received two envelopes, one of 300 KB that he opened."""
    by = people.actor(claire)
    opened = desk.send(by, str(marc.address), ("radio.pdf", bytes(300_000)), subject="Ouverte")
    desk.send(by, str(marc.address), subject="Fermée")
    desk.open_copy(opened, marc)
    integrator.step(at=clock.now())
    return sign_in(marc)


def links(browser: Client, query: str = "?dossier=received&dossier=sent&dossier=trash") -> list[str]:
    page = browser.get(f"/tout-telecharger{query}").content.decode()
    return [unescape(link) for link in re.findall(r'href="(/tout-telecharger/[^"]+)"', page)]


def opened(octets: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(octets))


def test_it_says_how_much_it_is_before_anything_leaves(browser: Client) -> None:
    assert "Préparer les fichiers" in text_of(browser.get("/tout-telecharger"))
    page = text_of(browser.get("/tout-telecharger?dossier=received"))
    assert "1 envoi, 41" in page  # Ko, of base 64
    assert "1 enveloppe reçue que vous n’avez pas ouverte n’y est pas." in page
    assert not Handover.objects.exists()


def test_the_parcels_hold_messages_and_receipts_and_say_what_is_missing(browser: Client) -> None:
    parcel, proofs = links(browser)
    with opened(browser.get(parcel).getvalue()) as archive:
        message, note = archive.namelist()
        assert re.fullmatch(r"Reçues/[\d-]{10} [\d.]{8} Ouverte\.eml", message)
        assert "1 enveloppe reçue que vous n’avez pas ouverte" in archive.read(note).decode()
    integrator.step(at=clock.now())  # the handover just recorded
    with opened(browser.get(proofs).getvalue()) as archive:
        assert [name.startswith("Reçues/") for name in archive.namelist()] == [True]


def test_what_was_cut_anywhere_goes_on_octet_for_octet(browser: Client) -> None:
    parcel, _ = links(browser)
    whole = browser.get(parcel)
    octets, tag = whole.getvalue(), whole["ETag"]
    assert (whole["Content-Length"], whole["Accept-Ranges"]) == (str(len(octets)), "bytes")
    for start in (1, 29, 80, len(octets) // 2, len(octets) - 30, len(octets) - 1):
        rest = browser.get(parcel, headers={"Range": f"bytes={start}-", "If-Range": tag})
        assert (rest.status_code, rest.getvalue()) == (PARTIAL, octets[start:])
        assert rest["Content-Range"] == f"bytes {start}-{len(octets) - 1}/{len(octets)}"
    middle = browser.get(parcel, headers={"Range": "bytes=100-299"})
    assert (middle["Content-Length"], middle.getvalue()) == ("200", octets[100:300])


def test_another_whole_or_a_strange_range_is_sent_from_the_beginning(browser: Client) -> None:
    parcel, _ = links(browser)
    octets = browser.get(parcel).getvalue()
    for headers in (
        {"Range": "bytes=5-", "If-Range": '"another"'},
        {"Range": "bytes=5-", "If-Range": "Sun, 22 Nov 2026 12:00:00 GMT"},
        {"Range": "bytes=0-1,5-6"},
        {"Range": "bytes=-5"},
        {"Range": "lines=1-2"},
    ):
        answer = browser.get(parcel, headers=headers)
        assert (answer.status_code, answer.getvalue()) == (200, octets)
    beyond = browser.get(parcel, headers={"Range": f"bytes={len(octets)}-"})
    assert (beyond.status_code, beyond["Content-Range"]) == (UNSATISFIABLE, f"bytes */{len(octets)}")


def test_what_changed_meanwhile_is_not_glued_together(browser: Client) -> None:
    parcel, _ = links(browser)
    tag = browser.get(parcel)["ETag"]
    Copy.objects.filter(role=Copy.Role.TO, openings__isnull=False).update(folder=Copy.Folder.TRASH)
    answer = browser.get(parcel, headers={"Range": "bytes=100-", "If-Range": tag})
    assert answer.status_code == 200
    assert answer["ETag"] != tag


def test_a_handover_is_recorded_when_the_last_octet_of_the_message_has_left(browser: Client) -> None:
    parcel, _ = links(browser)
    browser.get(parcel, headers={"Range": "bytes=0-1000"}).getvalue()
    assert not Handover.objects.exists()
    browser.get(parcel, headers={"Range": "bytes=1001-"}).getvalue()
    assert Handover.objects.get().part == "eml"


def test_folders_and_days_are_chosen(browser: Client, marc: Member) -> None:
    by = people.actor(marc)
    outer = filing.create("Patients", None, by=by, at=clock.now())
    inner = filing.create("Reçues", outer, by=by, at=clock.now())
    filing.file(Copy.objects.filter(mailbox=marc.mailbox, openings__isnull=False), inner, by=by)
    parcel, _ = links(browser, f"?dossier={inner.id}")
    with opened(browser.get(parcel).getvalue()) as archive:
        assert archive.namelist()[0].startswith("Dossiers/Patients/Reçues/")
    assert links(browser, f"?dossier={outer.id}") == []
    assert links(browser, f"?dossier={inner.id}&au=2020-01-01") == []
    assert browser.get("/tout-telecharger?dossier=sent&du=demain").status_code == 422
    assert browser.get("/tout-telecharger?dossier=sent&du=2026-02-01&au=2026-01-01").status_code == 422


def test_what_no_page_links_to_is_not_there(browser: Client, claire: Member) -> None:
    for path in ("envois-1.zip", "envois-0.zip?dossier=received", "envois-2.zip?dossier=received", "preuves-9.zip?x"):
        assert browser.get(f"/tout-telecharger/{path}").status_code == 404
    own = filing.create("À moi", None, by=people.actor(claire), at=clock.now())
    assert browser.get(f"/tout-telecharger/envois-1.zip?dossier={own.id}").status_code == 404
    assert browser.get("/tout-telecharger/envois-1.zip?dossier=received&jusqua=" + "9" * 40).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_line_cut_three_times_loses_nothing(browser: Client, live_server: LiveServer) -> None:
    """Over real HTTP: each try is cut in the middle of a message, each next one asks for the rest."""
    parcel, _ = links(browser)
    whole = browser.get(parcel).getvalue()
    headers = {"Cookie": f"{sessions.COOKIE}={browser.cookies[sessions.COOKIE].value}", "Host": "localhost"}
    taken, tag = b"", ""
    for enough in (70_000, 150_000, 333_333, len(whole)):
        line = http.client.HTTPConnection(live_server.thread.host, live_server.thread.port)
        asked = {"Range": f"bytes={len(taken)}-", "If-Range": tag} if taken else {}
        line.request("GET", parcel, headers=headers | asked)
        answer = line.getresponse()
        assert answer.status == (PARTIAL if taken else 200)
        tag = answer.headers["ETag"]
        taken += answer.read(enough - len(taken))
        line.close()
    assert taken == whole
