"""The desk in Firefox and in WebKit, over TLS: letters by key, the covered screen from within a letter, a draft."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.firefox.service import Service as FirefoxService
from selenium.webdriver.remote.webdriver import WebDriver

from sceau.demo.cast import CLAIRE, MARC
from tests import parts
from tests.deployment import Deployment
from tests.stories import authority, browsers, seeds
from tests.stories.browsers import Person
from tests.stories.test_spine import log_in

pytestmark = pytest.mark.timeout(240)


class Seeded(Deployment):
    """Its people and letters are there before it serves anybody."""

    def prepare(self) -> None:
        super().prepare()
        seeds.run(self, "cast()")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Deployment]:
    more = {**parts.settings_of_servers(tmp_path), **authority.settings(tmp_path / "tls")}
    site = Seeded(tmp_path / "site", more)
    site.trust = tmp_path / "tls" / "authority.pem"
    try:
        site.up()
        yield site
    finally:
        site.stop()


@pytest.fixture(params=["firefox", "webkit"])
def driver(request: pytest.FixtureRequest) -> Iterator[WebDriver]:
    parts.need(request.param, browsers.missing(request.param))
    if request.param == "webkit":
        with browsers.webkit() as driver:
            yield driver
        return
    options = webdriver.FirefoxOptions()
    options.add_argument("-headless")
    options.accept_insecure_certs = True
    options.set_preference("intl.accept_languages", "fr")
    firefox = webdriver.Firefox(options=options, service=FirefoxService(browsers.geckodriver()))
    yield firefox
    firefox.quit()


class Reader(Person):
    """Somebody who uses the keys, and waits for what a page does of itself."""

    def type(self, *keys: str) -> None:
        for key in keys:
            ActionChains(self.driver).send_keys(key).perform()

    def until(self, script: str) -> None:
        self._wait(lambda: self.driver.execute_script(f"return {script}"), f"never became true: {script}", 20)

    def reads(self, subject: str) -> None:
        self.until(f"document.querySelector('#lecture h1')?.textContent === '{subject}'")


COVERED = "document.querySelector('[data-veil]').open"


def test_letters_are_read_the_screen_covered_and_a_letter_written(driver: WebDriver, site: Deployment) -> None:
    reader = Reader(driver, site.url)
    driver.set_window_size(1440, 900)
    log_in(reader, site, MARC.email, MARC.password)
    reader.type("j")
    reader.reads("Avis")
    reader.type("j")
    reader.reads("Ordonnance")
    driver.refresh()
    reader.reads("Ordonnance")
    driver.back()
    reader.reads("Avis")
    reader.press("Ouvrir l’enveloppe")
    reader.until("document.querySelector('iframe[data-sheet].fitted')")
    _covers_from_within_the_letter(reader)
    _writes(reader)


def _covers_from_within_the_letter(reader: Reader) -> None:
    """The frame of a letter runs no script: a press in it does not keep the keys from the page."""
    reader.driver.execute_script("document.querySelector('[data-reply] button').focus()")
    frame = reader.driver.find_element(By.CSS_SELECTOR, "iframe[data-sheet]")
    frame.click()
    # WebKit tells nobody of keys in such a frame, so the page takes the focus back; the other passes them on.
    place = "navigator.vendor.startsWith('Apple') ? '.read' : 'iframe.focused'"
    reader.until(f"document.activeElement.matches({place})")
    ActionChains(reader.driver).send_keys(Keys.ESCAPE, Keys.ESCAPE).perform()
    reader.until(COVERED)
    reader.type(Keys.ENTER)
    reader.until(f"!{COVERED}")


def _writes(reader: Reader) -> None:
    reader.go("/rediger")
    reader.until("document.activeElement.id === 'to'")
    reader.type(CLAIRE.email)
    reader.until("document.querySelector('#to_people:not([hidden]) [role=option]')")
    reader.type(Keys.ENTER)
    reader.until("document.querySelector('.line:has(#to) .to [data-name]')?.innerText === 'Dr Claire Vasseur'")
    reader.fill(subject="Mise en forme")
    reader.find("Mise en forme").click()
    reader.until("document.activeElement.matches('.rich')")
    ActionChains(reader.driver).key_down(Keys.CONTROL).send_keys("b").key_up(Keys.CONTROL).perform()
    reader.type("important")
    reader.until("document.querySelector('.rich b')?.innerText.includes('important')")
    reader.press("Sceller et envoyer")
    reader.sees("Enveloppe scellée et envoyée.")
