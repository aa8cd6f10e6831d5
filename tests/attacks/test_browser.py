"""What another site, a sibling host or a forged request can make of somebody's browser (attack 29)."""

import re

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from sceau.core import clock
from sceau.envelopes import sending
from sceau.envelopes.models import Draft
from sceau.vault.models import Session
from tests import people
from tests.attacks import stage
from tests.attacks.stage import ROLES, Stage
from tests.attacks.table import LINES, body
from tests.envelopes import desk
from tests.people import Member, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.attack(29)]

SESSION = "__Host-sceau"
PAGES = [line for line in LINES if "GET" in line.methods]
FORMS = [line for line in LINES if "POST" in line.methods]
ELSEWHERE = ("https://voleur.example", "//voleur.example", "/\\voleur.example", "/\t/voleur.example", "javascript:x")


def tossed(client: Client, name: str, value: str) -> str:
    """What a browser sends that holds its own cookies and one more, set by a sibling host: the last one wins."""
    own = "; ".join(f"{cookie.key}={cookie.value}" for cookie in client.cookies.values())
    header = f"{own}; {name}={value}".encode().decode("latin-1")  # as WSGI hands octets on
    return Client().get("/compte", headers={"cookie": header}).content.decode()


class TestForms:
    @pytest.fixture
    def world(self) -> Stage:
        return stage.build(csrf=True)

    def test_none_is_accepted_without_its_token(self, world: Stage) -> None:
        """From anybody, whatever it carries, and nothing has changed afterwards."""
        before = rows()
        origins: list[dict[str, str]] = [{}, {"origin": "https://voleur.example"}, {"origin": "null"}]
        for line in FORMS:
            for role in ROLES:
                for headers in origins:
                    answer = world.ask(role, "POST", line.address.format(**world.places), body(line.route), headers)
                    # A session that is over, or that may not do this, is led away before its form is looked at.
                    assert answer.status == 403, (line.address, role, headers)
        assert rows() == before

    def test_a_token_of_one_s_own_does_not_help_another_site(self, world: Stage) -> None:
        """It lets any page of ours through, and none of a foreign origin."""
        page = world.browsers["claire"].get("/compte").content.decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert token
        for line in FORMS:
            form = {**body(line.route), "csrfmiddlewaretoken": token[1]}
            place = line.address.format(**world.places)
            assert world.ask("claire", "POST", place, form).status == line.expected["claire"], place
            foreign = world.ask("claire", "POST", place, form, {"origin": "https://voleur.example"})
            assert foreign.status == 403, place
            stranger_s = {**form, "csrfmiddlewaretoken": "a" * 64}
            assert world.ask("claire", "POST", place, stranger_s).status == 403, place

    def test_a_document_from_another_site_is_not_shown_back(self, claire: Member) -> None:
        """`joindre` checks its form after the upload began: what it answers before must not carry foreign text."""
        draft = desk.write(people.actor(claire), "")
        form = {"to": "voleur@voleur.example", "body": "Texte d’un autre site", "revision": "1"}
        strangers = [Client(enforce_csrf_checks=True), Client(enforce_csrf_checks=True)]
        strangers[1].cookies = sign_in(claire).cookies
        for browser in strangers:
            for id in (draft.id, claire.person.id):
                answer = browser.post(f"/brouillons/{id}/joindre", form, headers={"origin": "https://voleur.example"})
                assert answer.status_code == 403
                assert "Texte d’un autre site" not in answer.content.decode()
        assert Draft.objects.get().revision == 1


class TestCookies:
    @pytest.mark.parametrize("space", ["\u2000", "\u00a0", "\u3000", "\u0085", "\x1c", "\x0b"])
    @pytest.mark.parametrize("name", [SESSION, "__Host-csrf", "__Host-sceau-device", "__Host-flash"])
    def test_one_whose_name_only_looks_like_ours_is_none(
        self, claire: Member, chloe: Member, space: str, name: str
    ) -> None:
        """Browsers let a sibling host set U+2000__Host-sceau; Django strips the space. Nobody becomes Chloé by it."""
        hers, thief_s = sign_in(claire), sign_in(chloe)
        planted = thief_s.cookies[name].value if name in thief_s.cookies else "planted"
        for spelt in (f"{space}{name}", f"{name}{space}", f'"{name}"', f"={name}"):
            page = tossed(hers, spelt, planted)
            assert "Vasseur" in page
            assert "Delmas" not in page
        assert tossed(Client(), f"{space}{SESSION}", thief_s.cookies[SESSION].value) == ""  # led to the way in

    def test_every_one_is_bound_to_this_host(self, claire: Member) -> None:
        browser = Client()
        browser.get("/connexion")
        sign_in(claire, browser).post("/compte/securite", {"act": "end-others"})
        assert {SESSION, "__Host-csrf", "__Host-sceau-device", "__Host-flash"} <= set(browser.cookies)
        for name, cookie in browser.cookies.items():
            assert name.startswith("__Host-")
            assert (cookie["secure"], cookie["path"], cookie["domain"]) == (True, "/", "")
            assert cookie["httponly"] is True
            assert cookie["samesite"] in ("Lax", "Strict")

    def test_forgetting_one_keeps_its_marks(self, claire: Member) -> None:
        """A browser ignores a deletion without Secure and path /: the session would seem to stay."""
        gone = sign_in(claire).post("/deconnexion").cookies[SESSION]
        assert (gone.value, gone["max-age"], gone["secure"], gone["path"]) == ("", 0, True, "/")

    def test_a_foreign_link_to_the_code_page_loses_no_locked_screen(self, claire: Member) -> None:
        browser = sign_in(claire)
        browser.post("/verrou/fermer")
        for _ in range(2):
            assert SESSION not in browser.get("/connexion/code").cookies
        assert Session.objects.get().state == Session.State.LOCKED
        assert browser.post("/verrou", {"password": claire.password}).status_code == 303


class TestHeaders:
    @pytest.fixture
    def world(self) -> Stage:
        return stage.build()

    def test_every_answer_forbids_frames_guesses_and_copies(self, world: Stage) -> None:
        """Whoever asks, whatever the answer: 200, 303, 400, 401, 403, 404, 405, 410, 422, 423, a download."""
        seen = set()
        for line in LINES:
            for role in ROLES:
                for method in ("GET", "POST"):
                    answer = world.ask(role, method, line.address.format(**world.places), {})
                    headers = answer.headers
                    shown = line.route == "frame" and answer.status == 200  # a letter, which our page alone may frame
                    framed_by, referrer = ("'self'", "no-referrer") if shown else ("'none'", "same-origin")
                    assert f"frame-ancestors {framed_by}" in headers["Content-Security-Policy"], line
                    assert "no-store" in headers["Cache-Control"], line
                    assert {"Cookie", "Accept-Language"} <= set(headers["Vary"].split(", ")), line
                    assert headers["X-Content-Type-Options"] == "nosniff", line
                    assert headers["Referrer-Policy"] == referrer, line
                    assert headers["Cross-Origin-Opener-Policy"] == "same-origin", line
                    seen.add(answer.status)
        assert seen >= {200, 302, 303, 401, 403, 404, 405, 410, 422, 423}

    def test_so_does_an_answer_to_what_is_no_request_of_ours(self, client: Client) -> None:
        for answer in (
            client.get("/absente"),
            client.get("/", headers={"host": "voleur.example"}),
            client.post("/connexion", {"address": SimpleUploadedFile("a.exe", b"MZ")}),
            client.post("/connexion", b"x=1", content_type="multipart/form-data; boundary=é"),
            client.post("/connexion", b"x" * 3_000_000, content_type="application/x-www-form-urlencoded"),
        ):
            assert answer.status_code in (400, 404, 413), answer.content.decode()
            assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
            assert answer["Cache-Control"] == "no-store"

    def test_a_document_is_saved_and_never_shown_here(self, claire: Member, marc: Member) -> None:
        by = people.actor(claire)
        draft = desk.write(by, str(marc.address))
        for name, kind in (("a.html", "text/html"), ("b.svg", "image/svg+xml"), ("c.xml", "application/xml")):
            desk.attach(draft, name, b"<script>alert(document.domain)</script>", kind)
        envelope = sending.seal(draft, by=by, at=clock.now())
        own = desk.own_copy(envelope, by)
        browser = sign_in(claire)
        for number in (2, 3, 4):
            answer = browser.get(f"/enveloppes/{own.id}/documents/{number}")
            assert answer["Content-Type"] == "application/octet-stream"
            assert answer["Content-Disposition"].startswith("attachment;")
            assert "script-src 'self'" in answer["Content-Security-Policy"]
            b"".join(answer)


class TestHost:
    FORGED = ("voleur.example", "localhost.voleur.example", "testserver@voleur.example", "testserver:1:2", "é", "")

    @pytest.mark.parametrize("host", FORGED)
    def test_a_host_that_is_not_ours_gets_no_page(self, claire: Member, client: Client, host: str) -> None:
        browser = sign_in(claire)
        for line in PAGES:
            if "{" not in line.address:
                answer = browser.get(line.address, headers={"host": host})
                assert answer.status_code == 400, line.address
                assert "voleur" not in answer.content.decode()

    def test_no_header_puts_another_host_into_a_mail(self, claire: Member, client: Client) -> None:
        headers = {"x-forwarded-host": "voleur.example", "forwarded": "host=voleur.example", "host": "localhost"}
        client.post("/acces-perdu", {"address": claire.person.email}, headers=headers)
        client.post("/inscription", {"address": "autre@tilleuls.example"}, headers=headers)
        assert "voleur" not in people.link(claire.person.email, "recovery")  # also: begins with SCEAU_PUBLIC_URL
        assert "voleur" not in people.link("autre@tilleuls.example", "signup")

    @pytest.mark.parametrize("path", ["/compte", "/enveloppes/{id}/ouvrir", "/verrou/fermer"])
    def test_no_header_leads_elsewhere(self, claire: Member, client: Client, path: str) -> None:
        for headers in (
            {"x-forwarded-host": "voleur.example"},
            {"referer": "https://voleur.example/x"},
            {"referer": "//voleur.example/x"},
            {"x-forwarded-proto": "https", "forwarded": "host=voleur.example"},
        ):
            answer = client.post(path.format(id=claire.person.id), headers=headers)
            assert answer.status_code == 303
            assert "voleur" not in answer["Location"]
            assert answer["Location"].partition("?")[0] in ("/connexion", "/verrou")


class TestNextPage:
    @pytest.mark.parametrize("elsewhere", ELSEWHERE)
    def test_no_way_out_of_the_lock_leads_elsewhere(self, claire: Member, elsewhere: str) -> None:
        browser = sign_in(claire)
        assert browser.get("/verrou", {"next": elsewhere})["Location"] == "/"
        answer = browser.post("/verrou/fermer", {"next": elsewhere})
        assert answer["Location"] == "/verrou"
        form = {"password": claire.password, "next": elsewhere}
        assert browser.post("/verrou", form)["Location"] == "/"

    @pytest.mark.parametrize("elsewhere", ELSEWHERE)
    def test_no_step_of_the_way_in_leads_elsewhere(self, claire: Member, client: Client, elsewhere: str) -> None:
        form = {"address": claire.person.email, "password": claire.password, "next": elsewhere}
        assert client.post("/connexion", form)["Location"] == "/connexion/code"
        assert client.post("/connexion/code/renvoyer", {"next": elsewhere})["Location"] == "/connexion/code"
        assert 'value="/"' in client.get("/connexion/code", {"next": elsewhere}).content.decode()


def rows() -> dict[str, int]:
    """How many rows each table has, and every draft's revision: a form that did something shows here."""
    counts = {model.__name__: model._default_manager.count() for model in apps.get_models()}
    return counts | {str(draft.id): draft.revision for draft in Draft.objects.all()}
