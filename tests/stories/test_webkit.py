"""A third engine, WebKit, over TLS: it keeps no Secure cookie on plain http, so nothing here would work without."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver.remote.webdriver import WebDriver

from tests import deployment, parts
from tests.deployment import Deployment
from tests.stories import authority, browsers
from tests.stories.browsers import Person
from tests.stories.test_spine import CLAIRE, MARC, log_in, log_out, sign_up

pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Deployment]:
    """Whether its certificate is the one that our authority signed is asked before it counts as ready."""
    more = {**parts.settings_of_servers(tmp_path), **authority.settings(tmp_path / "tls")}
    with deployment.deployed(tmp_path / "site", more, trust=tmp_path / "tls" / "authority.pem") as running:
        yield running


@pytest.fixture
def browser() -> Iterator[WebDriver]:
    parts.need("webkit", browsers.missing("webkit"))
    with browsers.webkit() as driver:
        yield driver


def test_a_letter_is_written_sealed_opened_and_read(browser: WebDriver, site: Deployment) -> None:
    person = Person(browser, site.url)
    claire, marc = (
        sign_up(person, site, CLAIRE, "Claire", "Vasseur"),
        sign_up(person, site, MARC, "Marc", "Benali"),
    )
    log_in(person, site, MARC, marc)
    (cookie,) = (cookie for cookie in browser.get_cookies() if cookie["name"] == "__Host-sceau")
    assert cookie["secure"]
    person.press("Nouvelle enveloppe")
    person.fill(to=CLAIRE, subject="Avis", body="L’échographie est rassurante.")
    person.press("Sceller et envoyer")
    person.sees("Avis")
    log_out(person)
    log_in(person, site, CLAIRE, claire)
    person.press("Avis")
    person.sees("Marc Benali")
    assert "rassurante" not in person.text
    person.press("Ouvrir")
    person.sees("rassurante")
