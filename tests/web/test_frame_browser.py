"""What real attacks do in a real browser: cleaned without the frame's policy, and raw with nothing but that policy.

Each wall is tried alone, so that the other one hides no hole in it. Every name of the internet leads to a listener that
counts who knocks; our marks stand around the frames, and must look the same at the end.
"""

import functools
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from playwright.sync_api import Browser, Page
from selenium import webdriver
from selenium.webdriver.firefox.service import Service
from selenium.webdriver.remote.webdriver import WebDriver

from sceau.envelopes.html import Clean, sanitise
from sceau.ui import csp
from sceau.web.views import frame
from tests import html_attacks, parts
from tests.html_attacks import Attack
from tests.stories import browsers

pytestmark = pytest.mark.timeout(240)

BATCH = 60  # frames a page
MARK = '<p id="mark" style="position:absolute;top:0;left:0;width:400px;height:40px">Sceau intact, Dr Claire Vasseur</p>'
FRAME = '<iframe src="/frame/{number}" sandbox="{sandbox}" width="300" height="60"></iframe>'
# Whatever a payload tries to do to prove that it ran, in any frame.
WITNESS = """for (const name of ["alert", "confirm", "prompt", "open", "print"])
  window[name] = () => { ran(name); };
document.write = document.write;"""
Answer = Callable[[Attack], HttpResponse]


class Stranger:
    """Every foreign host: counts connections, answers nothing."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.heard: list[bytes] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                knock, _ = self.listener.accept()
            except OSError:
                return
            self.heard.append(b"")  # who connects and says nothing is counted, too
            threading.Thread(target=self._hear, args=(knock, len(self.heard) - 1), daemon=True).start()

    def _hear(self, knock: socket.socket, place: int) -> None:
        with knock:
            knock.settimeout(2)
            with suppress(OSError):
                self.heard[place] = knock.recv(4000)


@dataclass
class Site:
    """Our own host: a page with our mark and many frames, one attack in each."""

    attacks: list[Attack]
    answer: Answer
    page_policy: str = csp.POLICY.replace("style-src 'self'", "style-src 'unsafe-inline'")
    sandbox: str = frame.SANDBOX
    asked: list[str] = field(default_factory=list)  # what no page of ours asks for

    def respond(self, path: str) -> HttpResponse:
        kind, _, number = path.strip("/").partition("/")
        if kind == "frame" and number.isdigit():
            return self.answer(self.attacks[int(number)])
        if kind == "page" and number.isdigit():
            chosen = range(int(number), min(int(number) + BATCH, len(self.attacks)))
            frames = "".join(FRAME.format(number=each, sandbox=self.sandbox) for each in chosen)
            page = (
                f'<!doctype html><meta charset="utf-8"><title>Sceau</title>{MARK}<div style="padding-top:50px">{frames}'
            )
            return HttpResponse(page, headers={"Content-Security-Policy": self.page_policy})
        if path != "/favicon.ico":
            self.asked.append(path)
        return HttpResponse(status=404)

    def serve(self) -> ThreadingHTTPServer:
        respond = self.respond

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                answer = respond(self.path)
                self.send_response(answer.status_code)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.content)))
                self.end_headers()
                self.wfile.write(answer.content)

            do_POST = do_GET  # noqa: N815

            def log_message(self, *_: object) -> None:
                """A test says what went wrong by itself."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server


@pytest.fixture(scope="module")
def stranger() -> Iterator[Stranger]:
    found = Stranger()
    yield found
    found.listener.close()


@pytest.fixture(scope="module")
def chromium(stranger: Stranger) -> Iterator[Browser]:
    errands = ", ".join(f"MAP {host} ~NOTFOUND" for host in ("*.google.com", "*.googleapis.com"))  # the browser's own
    rules = f"{errands}, MAP * 127.0.0.1:{stranger.port}, EXCLUDE 127.0.0.1"
    with parts.chromium("--disable-component-update", f"--host-resolver-rules={rules}") as browser:
        yield browser


@dataclass
class Seen:
    """What happened while every page was looked at."""

    ran: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)  # that answered; who only knocks, Stranger hears
    covered: list[int] = field(default_factory=list)


def look(chromium: Browser, site: Site) -> Seen:
    """Every page of the site, until each of its frames has loaded."""
    server, seen = site.serve(), Seen()
    own = f"http://127.0.0.1:{server.server_port}"
    context = chromium.new_context(base_url=own, viewport={"width": 1280, "height": 800})
    context.expose_binding("ran", lambda _source, what: seen.ran.append(what))
    context.add_init_script(WITNESS)
    context.on("response", lambda response: _note(response.url, own, seen))
    context.on("dialog", lambda dialog: (seen.ran.append(dialog.type), dialog.dismiss()))
    page = context.new_page()
    reference = b""
    for start in range(0, len(site.attacks), BATCH):
        page.goto(f"/page/{start}", wait_until="load")
        page.mouse.move(640, 400)
        reference = reference or _mark(page)
        if _mark(page) != reference or not _is_on_top(page):
            seen.covered.append(start)
    page.wait_for_timeout(500)  # what was begun arrives
    context.close()
    server.shutdown()
    server.server_close()
    return seen


def _note(url: str, own: str, seen: Seen) -> None:
    if not url.startswith((own, "data:", "about:", "blob:")):
        seen.foreign.append(url)


def _mark(page: Page) -> bytes:
    return page.screenshot(clip={"x": 0, "y": 0, "width": 420, "height": 50})


def _is_on_top(page: Page) -> bool:
    return page.evaluate("document.elementFromPoint(200, 20)?.id === 'mark' && document.title === 'Sceau'") is True


def raw(attack: Attack) -> HttpResponse:
    """As it came, in the frame's document and under its policy."""
    return frame.document(RequestFactory().get("/"), Clean(attack.html, 0, coloured=True))


def cleaned(attack: Attack) -> HttpResponse:
    """What the sanitiser leaves, in a page without any policy."""
    left = "<hr>".join(map(sanitise, attack.html.split(RESET)))
    return HttpResponse(f'<!doctype html><meta charset="utf-8">{left}')


def unguarded(attack: Attack) -> HttpResponse:
    return HttpResponse(f'<!doctype html><meta charset="utf-8">{attack.html}')


# Ends whatever an attack may have left open, so that the next one in the same document is met as it is.
RESET = "<!-- --></script></style></textarea></title></xmp></noscript></iframe></template></select>\"'><hr>"


@functools.cache
def attacks(together: int) -> list[Attack]:
    """Those made for mail alone, the others `together` in one document."""
    alone = html_attacks.on_mail()
    others = html_attacks.everything()[len(alone) :]
    groups = [others[start : start + together] for start in range(0, len(others), together)]
    return [*alone, *(Attack(group[0].id, RESET.join(each.html for each in group)) for group in groups)]


@pytest.mark.attack(17)
@pytest.mark.attack(18)
def test_what_the_sanitiser_leaves_does_nothing_in_a_page_without_a_policy(
    chromium: Browser, stranger: Stranger
) -> None:
    before = len(stranger.heard)
    site = Site(
        attacks(40), cleaned, page_policy="", sandbox="allow-same-origin allow-scripts allow-popups allow-modals"
    )
    seen = look(chromium, site)
    assert (seen.ran, seen.foreign, seen.covered, site.asked) == ([], [], [], [])
    assert stranger.heard[before:] == []


@pytest.mark.attack(16)
@pytest.mark.attack(17)
@pytest.mark.attack(18)
def test_the_policy_alone_holds_what_nothing_has_cleaned(chromium: Browser, stranger: Stranger) -> None:
    """Chromium connects to a frame’s host before it asks whether the frame may be, and says nothing there."""
    before = len(stranger.heard)
    site = Site(attacks(8), raw)
    seen = look(chromium, site)
    assert (seen.ran, seen.foreign, seen.covered, site.asked) == ([], [], [], [])
    assert [knock for knock in stranger.heard[before:] if knock] == []


def test_the_witnesses_see_an_attack_that_nothing_stops(chromium: Browser, stranger: Stranger) -> None:
    before = len(stranger.heard)
    hostile = [
        Attack("script", "<script>alert(1)</script>"),
        Attack("handler", "<img src=x onerror=alert(1)>"),
        Attack("picture", '<img src="http://tracker.example/p.gif">'),
        Attack("frame", '<iframe src="http://another.example/"></iframe>'),
        Attack("cover", "<script>parent.document.getElementById('mark').textContent = 'Sceau brisé'</script>"),
    ]
    seen = look(chromium, Site(hostile, unguarded, page_policy="", sandbox="allow-same-origin allow-scripts"))
    assert seen.ran
    assert [knock for knock in stranger.heard[before:] if b"tracker.example" in knock]
    assert [knock for knock in stranger.heard[before:] if b"another.example" in knock]


@pytest.mark.attack(29)
def test_another_site_cannot_put_a_letter_into_a_page_of_its_own(chromium: Browser) -> None:
    letter = [Attack("letter", "<p>Bonjour</p>")]
    ours, theirs = Site(letter, raw).serve(), Site(letter, unguarded, page_policy="").serve()
    foreign = f'<iframe src="http://127.0.0.1:{ours.server_port}/frame/0"></iframe>'
    with chromium.new_page() as page:
        page.goto(f"http://127.0.0.1:{theirs.server_port}/page/0")
        page.set_content(foreign, wait_until="load")
        assert page.frames[-1].url.startswith("chrome-error:")
        page.goto(f"http://127.0.0.1:{ours.server_port}/page/0")
        assert page.frames[-1].inner_text("body").strip() == "Bonjour"
    for server in (ours, theirs):
        server.shutdown()
        server.server_close()


@pytest.fixture
def firefox(stranger: Stranger) -> Iterator[WebDriver]:
    """It asks the listener for every foreign host, as its proxy."""
    parts.need("firefox", browsers.missing("firefox"))
    options = webdriver.FirefoxOptions()
    options.add_argument("-headless")
    options.binary_location = shutil.which("firefox-esr") or "firefox-esr"
    options.set_preference("network.proxy.type", 1)
    options.set_preference("network.proxy.no_proxies_on", "127.0.0.1")
    for kind in ("http", "ssl"):
        options.set_preference(f"network.proxy.{kind}", "127.0.0.1")
        options.set_preference(f"network.proxy.{kind}_port", stranger.port)
    driver = webdriver.Firefox(options=options, service=Service(browsers.geckodriver()))
    yield driver
    driver.quit()


WITNESSES = Attack("witness", "<script>parent.document.title = 'ran'</script>")
LOOKED_AT = "return [document.elementFromPoint(200, 20)?.id, document.title]"


@pytest.mark.attack(16)
@pytest.mark.attack(17)
@pytest.mark.attack(18)
def test_the_policy_holds_in_firefox_too(firefox: WebDriver, stranger: Stranger) -> None:
    before = len(stranger.heard)
    site = Site([WITNESSES, *attacks(8)], raw)
    server = site.serve()
    for start in range(0, len(site.attacks), BATCH):
        firefox.get(f"http://127.0.0.1:{server.server_port}/page/{start}")
        assert firefox.execute_script(LOOKED_AT) == ["mark", "Sceau"]  # type: ignore[no-untyped-call]
    time.sleep(1)  # what was begun arrives
    server.shutdown()
    server.server_close()
    assert [
        knock for knock in stranger.heard[before:] if knock and b".mozilla." not in knock
    ] == []  # the browser's own
    assert site.asked == []
    loose = Site([WITNESSES], unguarded, page_policy="", sandbox="allow-same-origin allow-scripts").serve()
    firefox.get(f"http://127.0.0.1:{loose.server_port}/page/0")
    assert firefox.title == "ran"
    loose.shutdown()
    loose.server_close()
