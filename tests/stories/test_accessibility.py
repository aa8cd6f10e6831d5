"""Every page of every role, in light and dark, on a desktop and on a phone: axe finds nothing, nothing runs off the
side, the keyboard reaches everything and shows where it is.

The pages are those of the table of accesses, which a test keeps complete: a new route cannot be forgotten here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, Page, Route
from pytest_django.live_server_helper import LiveServer

from tests import parts
from tests.attacks import stage
from tests.attacks.stage import ROLES, Stage
from tests.attacks.table import LINES

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(600), pytest.mark.slow]

LOOKS = [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")]
# 1440 px at 200 % are 720; 320 is the narrowest that WCAG 1.4.10 asks for.
WIDTHS = (1440, 720, 390, 320)


@dataclass(frozen=True)
class Shown:
    """A page of the table: whose, where, and with which status it is answered."""

    role: str
    address: str
    status: int

    def __str__(self) -> str:
        return f"{self.address} as {self.role} ({self.status})"


def pages(world: Stage) -> Iterator[Shown]:
    """Each address that is answered with a page, once for each status; "not found" once in all."""
    known: set[tuple[str, int]] = set()
    for line in LINES:
        for role in sorted(ROLES, key=("claire", "marc").count, reverse=True):
            status = line.expected[role]
            mark = ("", 404) if status == 404 else (line.address, status)
            if "GET" in line.methods and status // 100 != 3 and mark not in known:
                known.add(mark)
                if line.address.endswith("/lettre.html"):
                    continue  # a document in a frame, where no script runs, not axe's either: its page is looked at
                answer = world.ask(role, "GET", line.address.format(**world.places))
                if answer.headers.get("Content-Type", "").startswith("text/html"):
                    yield Shown(role, line.address.format(**world.places), status)


@pytest.fixture
def world() -> Stage:
    if connection.vendor != "sqlite":
        pytest.skip("the pages are the same on every database; they are looked at on one")
    return stage.build()


@pytest.fixture
def shown(world: Stage) -> list[Shown]:
    return list(pages(world))


@pytest.fixture
def chromium(shown: list[Shown], live_server: LiveServer) -> Iterator[Browser]:
    """After the rows are there."""
    with parts.chromium() as browser:
        yield browser


def window(chromium: Browser, live_server: LiveServer, client: Client, *, scripts: bool = True) -> Page:
    """The same browser as the test client, with its cookies."""
    context = chromium.new_context(base_url=live_server.url, locale="fr", java_script_enabled=scripts)
    for name, cookie in client.cookies.items():
        context.add_cookies([{"name": name, "value": cookie.value, "domain": "localhost", "path": "/", "secure": True}])
    return context.new_page()


# A recipient's box becomes a chip: a page is what it is once its scripts ran, and "load" does not wait for those that
# import others. To import one again gives the one that is there, after it ran.
SCRIPTS = "() => Promise.all([...document.querySelectorAll('script[type=module][src]')].map(({ src }) => import(src)))"


def settled(page: Page) -> None:
    page.evaluate(SCRIPTS)


def visits(
    chromium: Browser, live_server: LiveServer, world: Stage, shown: list[Shown], *, scripts: bool = True
) -> Iterator[tuple[Shown, Page]]:
    windows = {role: window(chromium, live_server, world.browsers[role], scripts=scripts) for role in ROLES}
    for place in shown:
        page = windows[place.role]
        answer = page.goto(place.address)
        assert answer
        assert answer.status == place.status, place
        yield place, page


def test_axe_finds_nothing_and_nothing_runs_off_the_side(
    chromium: Browser, live_server: LiveServer, world: Stage, shown: list[Shown]
) -> None:
    found: list[str] = []
    seen = 0
    for place, page in visits(chromium, live_server, world, shown):
        settled(page)
        for width, scheme in LOOKS:
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of Playwright's words
            found += [f"{place} {width} {scheme}: {what}" for what in _violations(page)]
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            if (over := page.evaluate("document.documentElement.scrollWidth - window.innerWidth")) > 0:
                found.append(f"{place} {width}: {over} px too wide")
        seen += 1
    assert seen > 40
    assert found == []


# Forms that are refused: who, where, what is typed, and the word on the button.
REFUSED = (
    ("nobody", "/connexion", {"address": "marc.benali@ch-ecrins.example", "password": "mauvais"}, "Recevoir mon code"),
    ("nobody", "/inscription", {"address": "sans arobase"}, "Recevoir le lien"),
    ("claire", "/compte/securite/mot-de-passe", {"current": "mauvais", "password": "court"}, "Changer"),
    ("claire", "/brouillons/{draft}", {"to": "zoe.martin@ailleurs.example"}, "Sceller et envoyer"),
)


def test_a_form_that_is_refused_says_so_to_everybody(chromium: Browser, live_server: LiveServer, world: Stage) -> None:
    found: list[str] = []
    for role, address, typed, words in REFUSED:
        page = window(chromium, live_server, world.browsers[role])
        page.goto(address.format(**world.places))
        settled(page)
        for name, value in typed.items():
            page.fill(f"[name={name}]:visible", value)
        with page.expect_navigation() as answered:  # until the new page is there: the answer comes before it
            button = page.get_by_role("button", name=words).first
            page.locator("form").filter(has=button).evaluate("form => { form.noValidate = true; }")
            button.click()
        assert answered.value.status in (403, 409, 422), address  # 409: a document is still on its way
        for width, scheme in LOOKS:
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of Playwright's words
            found += [f"{address} {width} {scheme}: {what}" for what in _violations(page)]
        assert page.locator(".errorlist, [role=alert], .alert").count(), address
    assert found == []


# What it finds, and not all that it found in order, which takes longer to say than to find. Brought to a page once.
AXE = "axe.run({ resultTypes: ['violations'] }).then(({ violations }) => violations)"


def _violations(page: Page) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate(AXE)
    return [f"{each['id']}: {[node['target'] for node in each['nodes']][:3]}" for each in found]


# What a keyboard can reach: shown, not switched off, and not one of a group whose member is reached (radio buttons).
STOPS = """() => {
  const fields = "input:not([type=hidden]), select, textarea, [contenteditable=true]";
  const wanted = `a[href], button, summary, [tabindex='0'], ${fields}`;
  const groups = new Set();
  return [...document.querySelectorAll(wanted)].filter((element) => {
    if (element.disabled || element.tabIndex < 0 || element.closest("[inert]")) return false;
    if (!element.checkVisibility({ visibilityProperty: true })) return false;
    return element.type !== "radio" || (!groups.has(element.name) && groups.add(element.name));
  }).length;
}"""
# The place of the focus is drawn on it, or on the frame around its field.
FOCUS = """() => {
  const place = document.activeElement;
  if (place === document.body) return { unseen: "", reached: 0 };
  const around = [place, place.parentElement, place.closest(".field, .line, label, li")].filter(Boolean);
  const drawn = around.map((element) => getComputedStyle(element));
  const seen = drawn.some((style) => style.outlineStyle !== "none" || style.boxShadow !== "none");
  place.dataset.reached = "";
  const reached = document.querySelectorAll("[data-reached]").length;
  return { unseen: seen ? "" : place.outerHTML.slice(0, 120), reached };
}"""


def test_the_keyboard_reaches_everything_and_shows_where_it_is(
    chromium: Browser, live_server: LiveServer, world: Stage, shown: list[Shown]
) -> None:
    found: list[str] = []
    for place, page in visits(chromium, live_server, world, shown):
        settled(page)
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("Home")
        stops = page.evaluate(STOPS)
        reached = 0
        for _ in range(2 * stops + 10):  # a date has three stops
            page.keyboard.press("Tab")
            stop = page.evaluate(FOCUS)
            reached = max(reached, stop["reached"])
            if stop["unseen"]:
                found.append(f"{place}: no visible focus on {stop['unseen']}")
            if reached >= stops:
                break
        else:
            found.append(f"{place}: {reached} of {stops} reached")
    assert found == []


def test_without_scripts_every_page_is_there_and_no_button_does_nothing(
    chromium: Browser, live_server: LiveServer, world: Stage, shown: list[Shown]
) -> None:
    """A button outside of a form, or of type "button", needs a script: it is hidden until one has come."""
    idle = "button[type=button], form:not([action]):not([method]) button, button:not([form]):not(form button)"
    found: list[str] = []
    for place, page in visits(chromium, live_server, world, shown, scripts=False):
        assert page.locator("h1").count() >= 1 or place.status != 200, place
        found += [f"{place}: {button.inner_text()!r}" for button in page.locator(idle).all() if button.is_visible()]
    assert found == []


def test_an_old_browser_is_told_so_and_no_other_is(chromium: Browser, live_server: LiveServer, world: Stage) -> None:
    """Chromium here cannot be old, but its stylesheet can ask for what no browser has."""
    page = window(chromium, live_server, world.browsers["nobody"])
    page.goto("/connexion")
    assert page.get_by_text("Votre navigateur est trop ancien").count() == 1
    assert not page.get_by_text("Votre navigateur est trop ancien").is_visible()

    def ask_for_more(route: Route) -> None:
        style = route.fetch()
        route.fulfill(response=style, body=style.text().replace("selector(:has(*))", "selector(:never-heard-of(*))"))

    old = window(chromium, live_server, world.browsers["nobody"])
    old.route(re.compile(r"\.css"), ask_for_more)
    old.goto("/connexion")
    assert old.get_by_text("Votre navigateur est trop ancien").is_visible()
