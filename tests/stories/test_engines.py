"""A day at the desk in Firefox and in WebKit, over TLS: what Chromium's stories show one by one, here in a row.

WebKit keeps no Secure cookie on plain http: nothing of this would work there without TLS.
"""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from selenium.webdriver import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.ui import Select

from sceau.demo import documents
from sceau.demo.cast import CLAIRE, MARC
from tests import parts
from tests.deployment import Deployment
from tests.stories import authority, browsers, seeds
from tests.stories.browsers import Person
from tests.stories.test_spine import log_in, log_out

pytestmark = pytest.mark.timeout(240)


class Seeded(Deployment):
    """Its people and letters are there before it serves anybody."""

    def prepare(self) -> None:
        super().prepare()
        seeds.run(self, "cast()")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Deployment]:
    """Whether its certificate is the one that our authority signed is asked before it counts as ready."""
    more = {**parts.settings_of_servers(tmp_path), **authority.settings(tmp_path / "tls")}
    site = Seeded(tmp_path / "site", more)
    site.trust = tmp_path / "tls" / "authority.pem"
    try:
        site.up()
        yield site
    finally:
        site.stop()


@pytest.fixture(params=["firefox", "webkit"])
def driver(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[WebDriver]:
    parts.need(request.param, browsers.missing(request.param))
    if request.param == "webkit":
        with browsers.webkit() as driver:
            yield driver
        return
    firefox = browsers.firefox(tmp_path)
    yield firefox
    firefox.quit()


class Reader(Person):
    """Somebody who uses the keys, and waits for what a page does of itself."""

    def type(self, *keys: str) -> None:
        self.until("document.readyState === 'complete'")  # keys that are pressed before a page's scripts ran are lost
        for key in keys:
            ActionChains(self.driver).send_keys(key).perform()

    def until(self, script: str, seconds: float = 20) -> None:
        self._wait(lambda: self.driver.execute_script(f"return {script}"), f"never became true: {script}", seconds)

    def covers(self) -> None:
        """Two presses. A driver on a busy machine makes them too far apart now and then: one presses twice again."""
        for _ in range(5):
            ActionChains(self.driver).send_keys(Keys.ESCAPE, Keys.ESCAPE).perform()
            with suppress(AssertionError):
                return self.until(COVERED, 3)
        raise AssertionError("two presses of Escape never covered the page")

    def reads(self, subject: str) -> None:
        self.until(f"document.querySelector('#lecture h1')?.textContent === '{subject}'")


COVERED = "document.querySelector('[data-veil]').open"
ROWS = "[...document.querySelectorAll('.row .subj')].map((row) => row.innerText).join()"
FOCUS = "document.activeElement"


def test_a_day_at_the_desk(driver: WebDriver, site: Deployment, tmp_path: Path) -> None:
    reader = Reader(driver, site.url)
    driver.set_window_size(1440, 900)
    log_in(reader, site, MARC.email, MARC.password)
    (cookie,) = (cookie for cookie in driver.get_cookies() if cookie["name"] == "__Host-sceau")
    assert cookie["secure"]
    _reads_by_key(reader)
    _covers_from_within_the_letter(reader)
    _files_and_takes_it_back(reader)
    _searches(reader)
    _sees_what_arrives(reader, site)
    _locks_and_goes_on(reader)
    _wants_it_dark_and_small(reader)
    _writes(reader, tmp_path)
    log_out(reader)
    log_in(reader, site, CLAIRE.email, CLAIRE.password)
    _opens_and_views(reader)


def _reads_by_key(reader: Reader) -> None:
    reader.type("j")
    reader.reads("Avis")
    reader.type("j")
    reader.reads("Ordonnance")
    reader.driver.refresh()
    reader.reads("Ordonnance")
    reader.driver.back()
    reader.reads("Avis")
    assert "Lettre : Avis" not in reader.text
    reader.press("Ouvrir l’enveloppe")
    reader.until("document.querySelector('iframe[data-sheet].fitted')")


def _covers_from_within_the_letter(reader: Reader) -> None:
    """The frame of a letter runs no script: a press in it does not keep the keys from the page."""
    reader.driver.execute_script("document.querySelector('[data-reply] button').focus()")
    frame = reader.driver.find_element(By.CSS_SELECTOR, "iframe[data-sheet]")
    frame.click()
    # WebKit tells nobody of keys in such a frame, so the page takes the focus back; the other passes them on.
    place = "navigator.vendor.startsWith('Apple') ? '.read' : 'iframe.focused'"
    reader.until(f"{FOCUS}.matches({place})")
    reader.covers()
    reader.type(Keys.ENTER)
    reader.until(f"!{COVERED}")


def _files_and_takes_it_back(reader: Reader) -> None:
    reader.go("/recues?a-ouvrir=oui")
    reader.until(f"{ROWS} === 'Ordonnance,Radiographie,Bilan'")
    reader.type("j", "x", "j", "x")
    reader.until("document.querySelector('[data-chosen]').innerText === '2 choisies'")
    reader.type("v")
    reader.until(f"{FOCUS}.id === 'ranger'")
    Select(reader.driver.find_element(By.ID, "ranger")).select_by_visible_text("Biologie")
    reader.type(Keys.TAB, Keys.ENTER)
    reader.sees("2 enveloppes classées.")
    reader.until(f"{ROWS} === 'Bilan'")
    reader.type("z")
    reader.sees("tout est revenu à sa place")
    reader.until(f"{ROWS} === 'Ordonnance,Radiographie,Bilan'")


def _searches(reader: Reader) -> None:
    reader.type("/")
    reader.until(f"{FOCUS}.matches('[data-search]')")
    reader.type("radiog")
    reader.until(f"document.querySelector('[data-found]') && {ROWS} === 'Radiographie'")
    assert "radiog" not in reader.driver.current_url


def _sees_what_arrives(reader: Reader, site: Deployment) -> None:
    reader.go("/recues")
    reader.until(f"{ROWS} === 'Avis,Ordonnance,Radiographie,Bilan'")
    site.crash(b"sceau.cli.server")  # the web processes, at once; they come back of themselves
    seeds.run(site, 'letter("Nouvelle")')
    # Above the list when the mouse happens to lie on it, in the list otherwise.
    reader.until("document.querySelector('[data-pill]:not([hidden])') || " + f"{ROWS}.startsWith('Nouvelle,')")


def _locks_and_goes_on(reader: Reader) -> None:
    reader.go("/recues")
    reader.driver.find_element(By.CSS_SELECTOR, ".row").click()
    reader.reads("Nouvelle")
    reader.press("Verrouiller")
    reader.sees("Session verrouillée")
    assert "Nouvelle" not in reader.text
    reader.fill(password=MARC.password)
    reader.press("Reprendre")
    reader.reads("Nouvelle")


def _wants_it_dark_and_small(reader: Reader) -> None:
    reader.go("/compte")
    Select(reader.driver.find_element(By.NAME, "theme")).select_by_value("dark")
    reader.press("Enregistrer")
    reader.until("document.documentElement.dataset.theme === 'dark'")
    reader.driver.set_window_size(450, 844)
    for place in ("/recues", "/rediger", "/compte"):
        reader.go(place)
        reader.until("document.documentElement.scrollWidth <= innerWidth")
    reader.driver.set_window_size(1440, 900)


def _writes(reader: Reader, folder: Path) -> None:
    reader.go("/rediger")
    reader.until(f"{FOCUS}.id === 'to' && {FOCUS}.getAttribute('role') === 'combobox'")  # its script has come
    reader.type(CLAIRE.email)
    reader.until("document.querySelector('#to_people:not([hidden]) [role=option]')")
    reader.type(Keys.ENTER)
    reader.until("document.querySelector('.line:has(#to) .to [data-name]')?.innerText === 'Dr Claire Vasseur'")
    reader.fill(subject="Mise en forme")
    reader.find("Mise en forme").click()
    reader.until(f"{FOCUS}.matches('.rich')")
    ActionChains(reader.driver).key_down(Keys.CONTROL).send_keys("b").key_up(Keys.CONTROL).perform()
    reader.type("important")
    reader.until("document.querySelector('.rich b')?.innerText.includes('important')")
    for document in (documents.letter(), documents.scan()):
        (folder / document.name).write_bytes(document.data)
        reader.choose_file(folder / document.name)
    reader.has_uploaded()
    reader.press("Sceller et envoyer")
    reader.sees("Enveloppe scellée et envoyée.")


def _opens_and_views(reader: Reader) -> None:
    reader.press("Mise en forme")
    reader.press("Ouvrir l’enveloppe")
    reader.press(documents.letter().name)
    reader.until("document.querySelector('.sheet-page canvas')?.width > 0")
    reader.until("document.querySelector('.textLayer')?.innerText.trim()")
    reader.type(Keys.ARROW_RIGHT)
    reader.until("document.querySelector('.vstage img')?.naturalWidth > 0")
    reader.type(Keys.ESCAPE)
    reader.reads("Mise en forme")
