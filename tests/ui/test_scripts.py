"""What our scripts do, in a real browser on pages rendered from their samples; requests are answered by the test."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from playwright.sync_api import Browser, FilePayload, Page, Route, expect

import sceau
from sceau.accounts import passwords
from sceau.ui import csp
from tests import parts
from tests.ui.samples import SAMPLES

STATIC = Path(sceau.__file__).parent / "ui" / "static"
ORIGIN = "http://localhost"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
Open = Callable[[str], Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with parts.chromium() as browser:
        yield browser


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """Shows a sample as the server would send it, policy included. Fails on any error that the page reports."""
    context = browser.new_context()
    troubles: list[str] = []

    def open_sample(name: str) -> Page:
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda line: troubles.append(line.text) if "Content Security Policy" in line.text else None)
        page.route("**/*", lambda route: _serve(route, name))
        page.clock.install()
        page.goto(f"{ORIGIN}/page")
        parts.ready(page)
        return page

    yield open_sample
    context.close()
    assert troubles == []


def _serve(route: Route, name: str) -> None:
    path = route.request.url.removeprefix(ORIGIN).partition("?")[0]
    if path.startswith("/static/"):
        file = STATIC / path.removeprefix("/static/")
        route.fulfill(body=file.read_bytes(), content_type=TYPES[file.suffix])
    else:
        html = _rendered(name) if path == "/page" else f"<title>{path}</title>"
        route.fulfill(
            body=html, content_type="text/html; charset=utf-8", headers={"Content-Security-Policy": csp.POLICY}
        )


def _rendered(name: str) -> str:
    sample = next(sample for sample in SAMPLES if str(sample) == name)
    request = RequestFactory().get("/page")
    me = SimpleNamespace(name="Dr Claire Vasseur", email="claire@exemple.fr", status="certified")
    actor = SimpleNamespace(person=me, mailbox=SimpleNamespace(address=me.email), assurance=2)
    request.actor = actor  # type: ignore[attr-defined]  # as SessionMiddleware does
    return render_to_string(sample.template, sample.context, request=request)


class Server:
    """Answers the posts of one page and remembers them."""

    def __init__(self, page: Page, path: str, *answers: tuple[int, dict[str, object] | str]) -> None:
        self.posts: list[dict[str, list[str]]] = []
        self.bodies: list[bytes] = []
        self.answers = list(answers)
        self.page = page
        page.route(f"**{path}", self._answer)

    def has(self, count: int) -> None:
        """So many posts come, no more: a page says that it sends before anybody hears of it."""
        while len(self.posts) < count:
            self.page.wait_for_timeout(50)
        assert len(self.posts) == count

    def _answer(self, route: Route) -> None:
        body = route.request.post_data_buffer or b""
        self.bodies.append(body)
        self.posts.append(parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True))
        status, told = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if status == 0:
            route.abort()
        elif isinstance(told, str):
            route.fulfill(status=status, body=told, content_type="text/html; charset=utf-8")
        else:
            route.fulfill(status=status, body=json.dumps(told), content_type="application/json")


def stop_the_clock(page: Page) -> None:
    """From now on time passes when a test says so: what is typed in between takes none, however slow the machine."""
    page.clock.pause_at(page.evaluate("Date.now()") / 1_000 + 60)


SAVE = "/brouillons/*/enregistrer"
SAVED = {"revision": 4, "saved": "Brouillon enregistré à 14:06", "plan": "<h2>Ce qui va se passer</h2><p>Nouveau</p>"}


PASSWORDS = (
    "court", "motdepasse12", "Azerty123456!", "correct cheval agrafe", "Rx9$kuVb!mq2Zt", "Été-2024-Été-2024",
    "aaaaaaaaaaaaA1!", "Docteur!Hopital1", "abcdefghijklA1!", "Tr0ub4dor&3Zqxj", "ßtraße-Ünï9Kwpz",
)  # fmt: skip


def test_the_meter_judges_as_the_server_does(open_page: Open) -> None:
    page = open_page("account-password")
    for password in PASSWORDS:
        page.get_by_label("Nouveau mot de passe").fill(password)
        verdict = passwords.judge(password, length=12)
        met = {rule.get_attribute("data-rule") for rule in page.locator("[data-met]").all()}
        expected = {
            rule for rule in ("length", "lower", "upper", "digit", "other", "common") if rule not in verdict.missing
        }
        if "length" in verdict.missing:  # the server then says nothing of common pieces
            expected.discard("common")
        assert met == expected, password
        assert page.locator("meter").evaluate("meter => meter.value") == verdict.strength, password


def test_a_password_can_be_shown_and_is_sent_hidden(open_page: Open) -> None:
    page = open_page("login-begin")
    field = page.get_by_label("Mot de passe")
    field.fill("secret")
    page.get_by_role("button", name="Afficher").click()
    expect(field).to_have_attribute("type", "text")
    page.get_by_role("button", name="Masquer").click()
    expect(field).to_have_attribute("type", "password")


@pytest.mark.parametrize("pasted", ["259956", " 259 956 ", "[259956] - Votre code d'accès Sceau"])
def test_a_pasted_code_goes_off_by_itself(open_page: Open, pasted: str) -> None:
    page = open_page("login-code")
    server = Server(page, "/page", (200, "<title>Suite</title>"))
    page.locator("#id_code").fill(pasted)
    expect(page).to_have_title("Suite")
    assert server.posts[0]["code"] == ["259956"]


def test_what_is_typed_is_saved_within_seconds(open_page: Open) -> None:
    page = open_page("draft")
    server = Server(page, SAVE, (200, SAVED))
    page.get_by_label("Votre lettre").fill("Bonjour")
    page.clock.run_for(3_100)
    expect(page.get_by_text("Brouillon enregistré à 14:06")).to_be_visible()
    (post,) = server.posts
    assert (post["body"], post["revision"]) == (["Bonjour"], ["3"])
    assert post["to"] == ["marc.benali@exemple.fr", ""]
    assert page.locator("[name=revision]").input_value() == "4"
    expect(page.get_by_text("Nouveau", exact=True)).to_be_visible()


def test_whoever_types_without_a_pause_is_saved_all_the_same(open_page: Open) -> None:
    page = open_page("draft")
    server = Server(page, SAVE, (200, SAVED))
    stop_the_clock(page)
    for _ in range(4):
        page.get_by_label("Votre lettre").press_sequentially("a")
        page.clock.run_for(2_000)
    expect(page.get_by_text("Brouillon enregistré à 14:06")).to_be_visible()
    assert len(server.posts) == 1


def test_a_letter_too_long_for_a_closing_page_is_saved_at_once(open_page: Open) -> None:
    page = open_page("draft")
    server = Server(page, SAVE, (200, SAVED))
    page.get_by_label("Votre lettre").fill("mot " * 20_000)
    page.clock.run_for(500)
    expect(page.get_by_text("Brouillon enregistré à 14:06")).to_be_visible()
    assert len(server.posts) == 1


def test_a_recipient_is_saved_at_once_and_what_will_happen_is_said(open_page: Open) -> None:
    page = open_page("draft")
    server = Server(page, SAVE, (200, SAVED))
    stop_the_clock(page)
    page.locator("#to").fill("zoe@exemple.fr")
    page.locator("#to").press("Enter")
    page.clock.run_for(500)
    expect(page.get_by_text("Nouveau", exact=True)).to_be_visible()
    assert server.posts[0]["to"] == ["marc.benali@exemple.fr", "zoe@exemple.fr", ""]


def test_a_save_that_fails_keeps_the_text_and_is_tried_again(open_page: Open) -> None:
    page = open_page("draft")
    server = Server(page, SAVE, (0, {}), (503, {"code": "busy", "text": "…"}), (200, SAVED))
    page.get_by_label("Objet").fill("Suite et fin")
    page.clock.run_for(3_100)
    expect(page.get_by_text("Pas enregistré")).to_be_visible()
    page.clock.run_for(10_100)
    page.wait_for_function("() => document.querySelector('[data-saved]').textContent.includes('Pas enregistré')")
    page.clock.run_for(10_100)
    expect(page.get_by_text("Brouillon enregistré à 14:06")).to_be_visible()
    assert [post["subject"] for post in server.posts] == [["Suite et fin"]] * 3


def test_two_versions_stop_the_saving_and_are_said(open_page: Open) -> None:
    page = open_page("draft")
    server = Server(page, SAVE, (409, {"code": "stale", "text": "Deux versions."}))
    page.get_by_label("Votre lettre").fill("La mienne")
    page.clock.run_for(3_100)
    expect(page.get_by_text("Deux versions.")).to_be_visible()
    page.get_by_label("Votre lettre").fill("La mienne encore")
    page.clock.run_for(20_000)
    assert len(server.posts) == 1
    assert page.get_by_label("Votre lettre").input_value() == "La mienne encore"


def test_sealing_waits_for_the_save_on_its_way(open_page: Open) -> None:
    page = open_page("draft")
    waiting: list[Route] = []
    page.route(f"**{SAVE}", lambda route: waiting.append(route))
    seal = Server(page, "/brouillons/*/sceller", (200, "<title>Scellée</title>"))
    page.get_by_label("Votre lettre").fill("Presque")
    page.clock.run_for(3_100)
    while not waiting:  # the save is on its way
        page.wait_for_timeout(50)
    page.get_by_label("Votre lettre").fill("Presque fini")
    page.get_by_role("button", name="Sceller et envoyer").click()
    assert seal.posts == []
    waiting[0].fulfill(json=SAVED)
    expect(page).to_have_title("Scellée")
    (post,) = seal.posts
    assert (post["revision"], post["body"]) == (["4"], ["Presque fini"])


def test_a_locked_session_saves_then_shows_the_lock(open_page: Open) -> None:
    page = open_page("draft")
    Server(page, SAVE, (423, {"revision": 4, "saved": "Brouillon enregistré à 14:06"}))
    page.get_by_label("Votre lettre").fill("Avant le verrou")
    page.clock.run_for(3_100)
    expect(page).to_have_title("/verrou")
    assert page.url.endswith("/verrou?next=%2Fpage")


def test_the_screen_empties_and_locks_after_the_idle_time(open_page: Open) -> None:
    page = open_page("draft")
    save = Server(page, SAVE, (200, SAVED))
    lock = Server(page, "/verrou/fermer", (200, "<title>Verrou</title>"))
    page.get_by_label("Votre lettre").fill("Non enregistré")
    page.clock.run_for(1_000)
    page.clock.fast_forward(30 * 60_000)
    expect(page).to_have_title("Verrou")
    assert save.posts[-1]["body"] == ["Non enregistré"]
    assert lock.posts[0]["next"] == ["/page"]


def test_only_human_acts_keep_a_session_open(open_page: Open) -> None:
    page = open_page("envelope")
    lock = Server(page, "/verrou/fermer", (200, "<title>Verrou</title>"))
    page.clock.fast_forward(29 * 60_000)
    page.keyboard.press("ArrowDown")
    page.clock.fast_forward(29 * 60_000)
    page.evaluate("document.querySelector('.read').scrollBy(0, 10)")
    assert lock.posts == []
    page.clock.fast_forward(61_000)
    expect(page).to_have_title("Verrou")


def test_a_document_goes_off_as_soon_as_it_is_chosen(open_page: Open) -> None:
    page = open_page("draft-new")
    server = Server(page, "/brouillons/*/joindre", (200, '<ul><li class="up">Ordonnance.pdf</li></ul>'))
    page.set_input_files(
        "[name=file]", {"name": "Ordonnance.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"}
    )
    expect(page.locator("[data-attached]")).to_contain_text("Ordonnance.pdf")
    expect(page.locator("[data-uploads] li")).to_have_count(0)
    body = server.bodies[0]
    assert (
        body.index(b'name="csrfmiddlewaretoken"') < body.index(b'filename="Ordonnance.pdf"') < body.index(b"%PDF-1.7")
    )


def test_a_document_too_large_says_why_and_the_next_one_still_goes(open_page: Open) -> None:
    page = open_page("draft-new")
    answers = (413, {"code": "too-large", "text": "40 Mo au plus."}), (200, '<ul data-room="900"></ul>')
    Server(page, "/brouillons/*/joindre", *answers)
    large: FilePayload = {"name": "Scanner.dcm", "mimeType": "application/dicom", "buffer": b"x"}
    small: FilePayload = {"name": "Lettre.pdf", "mimeType": "application/pdf", "buffer": b"y"}
    page.set_input_files("[name=file]", [large, small])
    expect(page.get_by_role("alert")).to_contain_text("40 Mo au plus.")
    expect(page.locator("[data-uploads] li")).to_have_count(1)


def test_a_document_that_can_never_fit_is_refused_before_it_travels(open_page: Open) -> None:
    page = open_page("draft-new")
    server = Server(page, "/brouillons/*/joindre", (200, '<ul data-room="0"></ul>'))
    large: FilePayload = {"name": "Scanner.dcm", "mimeType": "application/dicom", "buffer": b"x" * 1_001}
    page.set_input_files("[name=file]", large)
    expect(page.get_by_role("alert")).to_contain_text("40 Mo au plus.")
    assert server.posts == []


def test_leaving_asks_while_a_document_is_on_its_way(open_page: Open) -> None:
    page = open_page("draft")
    page.route("**/brouillons/*/joindre", lambda route: None)  # never answered
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_label("Objet").click()  # browsers ask for pages that were touched
    page.set_input_files("[name=file]", {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"x"})
    with page.expect_event("dialog"):
        page.get_by_role("link", name="Envoyées").click()
    expect(page.locator(".up progress")).to_be_visible()
    assert asked == ["beforeunload"]


def test_going_elsewhere_saves_first_and_asks_nothing(open_page: Open) -> None:
    page = open_page("draft")
    server = Server(page, SAVE, (200, SAVED))
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_label("Votre lettre").fill("En partant")
    page.get_by_role("link", name="Envoyées").click()
    expect(page).to_have_title("/envoyees")
    assert [post["body"] for post in server.posts] == [["En partant"]]
    assert asked == []


def test_locking_by_hand_saves_first(open_page: Open) -> None:
    page = open_page("draft")
    save = Server(page, SAVE, (200, SAVED))
    lock = Server(page, "/verrou/fermer", (200, "<title>Verrou</title>"))
    page.get_by_label("Votre lettre").fill("Je m’absente")
    page.get_by_role("button", name="Verrouiller").click()
    expect(page).to_have_title("Verrou")
    assert (save.posts[-1]["body"], len(lock.posts)) == (["Je m’absente"], 1)


def test_a_second_press_is_dropped_and_the_button_says_what_happens(open_page: Open) -> None:
    page = open_page("draft")
    seal = Server(page, "/brouillons/*/sceller", (204, ""))  # the page stays, as while an answer is awaited
    page.get_by_role("button", name="Sceller et envoyer").dblclick()
    busy = page.get_by_role("button", name="Scellement…")
    expect(busy).to_have_attribute("aria-disabled", "true")
    expect(page.get_by_role("status").filter(has_text="Scellement…")).to_be_visible()
    busy.click(force=True)
    seal.has(1)
    page.clock.run_for(20_000)  # nothing came: whoever wants to may press again
    page.get_by_role("button", name="Sceller et envoyer").click()
    expect(busy).to_be_visible()
    seal.has(2)


def test_a_key_pressed_by_habit_seals_nothing(open_page: Open) -> None:
    page = open_page("draft")
    save = Server(page, SAVE, (200, "<title>Enregistré</title>"))
    seal = Server(page, "/brouillons/*/sceller", (200, "<title>Scellée</title>"))
    for keys in ("Control+Enter", "Meta+Enter", "Enter"):
        page.get_by_label("Votre lettre").press(keys)
    page.get_by_label("Objet").press("Enter")
    expect(page).to_have_title("Enregistré")
    assert (len(save.posts), seal.posts) == (1, [])


def test_the_proof_arrives_by_itself_and_keeps_no_session_open(open_page: Open) -> None:
    page = open_page("envelope-sent")
    looks: list[str | None] = []

    def answer(route: Route) -> None:
        looks.append(route.request.header_value("X-Sceau-Poll"))
        name = "envelope" if len(looks) > 1 else "envelope-sent"
        route.fulfill(body=_rendered(name), content_type="text/html; charset=utf-8")

    page.route("**/page", answer)
    page.get_by_role("link", name="Regarder à nouveau").focus()
    page.clock.run_for(1_100)
    page.wait_for_function("() => document.querySelector('#preuves').hasAttribute('data-live')")
    while not page.get_by_role("link", name="Télécharger la preuve").count():
        page.clock.run_for(1_100)
    expect(page.get_by_role("link", name="Télécharger la preuve")).to_be_focused()
    seen = len(looks)
    page.clock.run_for(60_000)
    assert looks == ["1"] * seen


def test_looking_again_stops_at_the_lock(open_page: Open) -> None:
    page = open_page("envelope-sent")
    looks: list[str] = []
    page.route("**/page", lambda route: (looks.append(""), route.fulfill(status=303, headers={"Location": "/verrou"})))
    with page.expect_request("**/page"):
        page.clock.run_for(1_100)
    page.clock.run_for(60_000)
    assert len(looks) == 1
    assert "Regarder à nouveau" in page.locator("#preuves").inner_text()


def test_nothing_is_sealed_while_a_document_is_on_its_way(open_page: Open) -> None:
    page = open_page("draft")
    page.route("**/brouillons/*/joindre", lambda route: None)  # never answered
    seal = Server(page, "/brouillons/*/sceller", (200, "<title>Scellée</title>"))
    page.set_input_files("[name=file]", {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"x"})
    page.get_by_role("button", name="Sceller et envoyer").click()
    expect(page.get_by_text("Un document est encore en route")).to_be_visible()
    assert seal.posts == []
    page.get_by_role("button", name="Annuler").click()
    page.get_by_role("button", name="Sceller et envoyer").click()
    expect(page).to_have_title("Scellée")


def test_a_page_works_at_twice_its_size_and_on_a_phone(open_page: Open) -> None:
    for name in ("draft", "envelope", "folder", "account-security", "signup-complete"):
        page = open_page(name)
        for width in (390, 720, 320):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
        page.close()
