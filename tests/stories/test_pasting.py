"""What was copied elsewhere, with real keys: Firefox gives a page the whole of it, styles and handlers included."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import ActionChains
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver

from sceau.demo.cast import CLAIRE
from tests import parts
from tests.deployment import Deployment
from tests.stories import browsers, seeds
from tests.stories.test_engines import Reader
from tests.stories.test_spine import log_in

pytestmark = pytest.mark.timeout(120)

ELSEWHERE = """<!doctype html><meta charset="utf-8"><title>Ailleurs</title>
<p style="color: red">Un mot <b>important</b> et
<a href="https://sante.example/guide" onclick="ran()" style="position: fixed">un lien</a>,
<a href="javascript:ran()">un piège</a>.</p><img src="https://sante.example/trace.png" onerror="ran()">"""
KEPT = '<b>important</b> et <a href="https://sante.example/guide">un lien</a>, un piège.'
LETTER = "document.querySelector('.rich')?.innerHTML ?? ''"


@pytest.fixture
def firefox(tmp_path: Path) -> Iterator[WebDriver]:
    parts.need("firefox", browsers.missing("firefox"))
    driver = browsers.firefox(tmp_path)
    yield driver
    driver.quit()


def with_control(driver: WebDriver, key: str) -> None:
    ActionChains(driver).key_down(Keys.CONTROL).send_keys(key).key_up(Keys.CONTROL).perform()


def test_pasted_formatting_is_kept_and_nothing_else_comes_with_it(
    firefox: WebDriver, site: Deployment, tmp_path: Path
) -> None:
    seeds.run(site, "cast()")
    writer = Reader(firefox, site.url)
    log_in(writer, site, CLAIRE.email, CLAIRE.password)
    (tmp_path / "ailleurs.html").write_text(ELSEWHERE)
    firefox.get((tmp_path / "ailleurs.html").as_uri())
    with_control(firefox, "a")
    with_control(firefox, "c")
    writer.go("/rediger")
    writer.until("document.activeElement.getAttribute('role') === 'combobox'")  # the scripts have come
    writer.find("Mise en forme").click()
    writer.until("document.activeElement.matches('.rich')")
    firefox.execute_script("document.querySelector('[data-saved]').textContent = ''")  # of an earlier save
    with_control(firefox, "v")
    writer.until(f"{LETTER}.includes('important')")
    _is_what_was_meant(writer)
    writer.until("document.querySelector('[data-saved]').textContent.includes('Brouillon enregistré')")
    firefox.refresh()
    writer.until(f"{LETTER}.includes('important')")
    _is_what_was_meant(writer)


def _is_what_was_meant(writer: Reader) -> None:
    letter = str(writer.driver.execute_script(f"return {LETTER}"))
    assert KEPT in " ".join(letter.split())
    for trace in ("style", "onclick", "onerror", "javascript:", "<img"):
        assert trace not in letter
