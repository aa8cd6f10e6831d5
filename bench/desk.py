"""The desk in a browser: what a first visit weighs, and how soon one sees a list, then a letter."""

import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from bench import mail, server, stage
from bench.results import Result
from sceau.accounts.actor import Actor
from sceau.core import clock
from sceau.envelopes import access, opening
from sceau.envelopes.models import Copy
from sceau.vault.sessions import COOKIE

_ENVELOPES, _OPENED = 1_000, 12
_VISITS = 5
_IDLE_MS = 1_500  # what a page fetches once it stands; the first poll comes later

# Roundcube 1.6 as Debian has it, on a machine like this, with as many messages: KiB, requests, milliseconds.
_ROUNDCUBE = {"kib": 548, "requests": 25, "cold_ms": 733, "warm_ms": 621, "letter_ms": 536}

# From the key that was pressed to the frame that shows the letter.
_WATCH = """
() => {
  let began = 0;
  window.letters = [];
  addEventListener("keydown", () => { began = performance.now(); }, { capture: true });
  document.addEventListener("htmx:afterSwap", () =>
    requestAnimationFrame(() => setTimeout(() => letters.push(performance.now() - began))));
}
"""

# The rows stand in the document: the first frame with anything in it shows them.
_PAINTED = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


def desk_cold_kb(claire: Actor, marc: Actor, *, database: str) -> Result:
    """Fifty rows of a thousand envelopes, in Chromium: nothing kept by the browser, then everything that may be."""
    reader = stage.join("lectrice-du-soir")
    mail.deliver(_ENVELOPES, claire, reader, letters=True)
    _open_newest(reader)
    cookie = server.sign_in(reader)
    with server.running() as (port, _process), _chromium() as browser:
        address = f"http://{settings.SCEAU_HOSTS[0]}:{port}/recues"
        visits = [_visit(browser, address, cookie) for _ in range(_VISITS + 1)][1:]  # the first one warms the server
    middle = {name: round(statistics.median(visit[name] for visit in visits), 1) for name in visits[0]}
    weight = middle.pop("cold_kib")
    extra = {**middle, "roundcube": _ROUNDCUBE, "asked_kib": 110, "asked_requests": 10, "asked_warm_kib": 15}
    return Result("desk_cold_kb", weight, "KiB", "Roundcube 1.6, measured beside", _ROUNDCUBE["kib"], extra, "less")


def _visit(browser: Browser, address: str, cookie: str) -> dict[str, float]:
    with _window(browser, address, cookie) as window:
        page = window.new_page()
        cold = _load(page, address)
        warm = _load(page, address)
        page.evaluate(_WATCH)
        for key in "jjjjjjkkk":
            page.keyboard.press(key)
            page.wait_for_timeout(400)
        letters = sorted(page.evaluate("window.letters"))
    return {
        "cold_kib": cold["kib"],
        "requests": cold["requests"],
        "cold_ms": cold["ms"],
        "cold_driver_ms": cold["driver_ms"],
        "warm_ms": warm["ms"],
        "warm_driver_ms": warm["driver_ms"],
        "warm_kib": warm["kib"],
        "letter_ms": statistics.median(letters),
    }


def _load(page: Page, address: str) -> dict[str, float]:
    """Octets on the line, headers included, and the time to the frame that shows the list.

    `ms` by the browser's own clock, from the start of the navigation; `driver_ms` until Playwright, which started
    before and looks now and then, has seen a row.
    """
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    sizes: dict[str, float] = {}
    line.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    begun = perf_counter()
    page.goto(address, wait_until="commit")
    page.wait_for_selector(".row")
    elapsed = 1000 * (perf_counter() - begun)
    page.wait_for_timeout(_IDLE_MS)
    line.detach()
    travelled = [size for size in sizes.values() if size]  # what the browser kept travels not
    painted = page.evaluate(_PAINTED)
    return {"kib": sum(travelled) / 1024, "requests": len(travelled), "ms": painted, "driver_ms": elapsed}


def _open_newest(reader: Actor) -> None:
    newest = Copy.objects.filter(mailbox=reader.mailbox, opened_at=None).order_by("-sort_at", "-id")[:_OPENED]
    for copy in newest:
        opening.open(access.copy(copy.id, for_=reader), by=reader, at=clock.now())


@contextmanager
def _chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def _window(browser: Browser, address: str, cookie: str) -> Iterator[BrowserContext]:
    window = browser.new_context(viewport={"width": 1440, "height": 900}, locale="fr-FR")
    # Set as if by https, which the prefix of its name asks for; a browser trusts localhost without.
    host = f"https://{settings.SCEAU_HOSTS[0]}/"
    window.add_cookies([{"name": COOKIE, "value": cookie, "url": host, "secure": True}])
    yield window
    window.close()
