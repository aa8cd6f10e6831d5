"""Every day, beside the main story: without scripts, without a mouse, on a phone, back from a locked screen.

One installation and two accounts serve all; each test brings its own browser window.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from selenium.webdriver.remote.webdriver import WebDriver

from tests import deployment, parts
from tests.deployment import Deployment
from tests.stories import browsers
from tests.stories.browsers import Person

pytestmark = pytest.mark.timeout(180)


@dataclass(frozen=True)
class Account:
    address: str
    password: str
    recovery_code: str


def window(chromium: Browser, site: Deployment, **more: Any) -> BrowserContext:  # Playwright's own options
    return chromium.new_context(base_url=site.url, locale="fr", accept_downloads=True, **more)


def press(page: Page, words: str) -> None:
    """The button or link that says these words, aloud or in print."""
    page.get_by_role("button", name=words).or_(page.get_by_role("link", name=words)).first.click()


def sign_up(page: Page, site: Deployment, address: str, given: str, family: str) -> Account:
    password = deployment.password()
    page.goto("/inscription")
    page.fill("[name=address]", address)
    press(page, "Recevoir le lien")
    page.goto(deployment.link(site.mails.wait(address, "compte")))
    for name, value in {"given_name": given, "family_name": family, "password": password, "repeat": password}.items():
        page.fill(f"[name={name}]", value)
    press(page, "Ouvrir mon compte")
    return Account(address, password, page.locator(".secret").inner_text())


def log_in(page: Page, site: Deployment, account: Account, *, scripts: bool = True) -> None:
    seen = len(site.mails.to(account.address))
    page.goto("/connexion")
    page.fill("[name=address]", account.address)
    page.fill("[name=password]", account.password)
    press(page, "Recevoir mon code")
    page.wait_for_url("**/connexion/code*")  # loaded: a code typed before its script ran would not go off by itself
    page.fill("[name=code]", new_code(site, account, after=seen))
    if not scripts:  # with them, the sixth digit sends the form
        press(page, "Me connecter")
    page.wait_for_url("**/recues")


def new_code(site: Deployment, account: Account, *, after: int) -> str:
    return deployment.code(site.mails.wait(account.address, r"^\[\d{6}\] - ", after=after))


@pytest.fixture(scope="module")
def claire(chromium: Browser, site: Deployment) -> Account:
    with window(chromium, site) as context:
        return sign_up(context.new_page(), site, "claire.vasseur@exemple.fr", "Claire", "Vasseur")


@pytest.fixture(scope="module")
def marc(chromium: Browser, site: Deployment) -> Account:
    with window(chromium, site) as context:
        return sign_up(context.new_page(), site, "marc.benali@exemple.fr", "Marc", "Benali")


def seal(page: Page, to: Account, subject: str) -> None:
    page.goto("/rediger")
    page.fill("#to", to.address)
    page.fill("#subject", subject)
    page.fill("#body", "Bonjour,\n\nà bientôt.")
    press(page, "Sceller et envoyer")
    expect(page.get_by_text("Enveloppe scellée et envoyée.")).to_be_visible()


def test_everything_works_without_scripts(chromium: Browser, site: Deployment, claire: Account, tmp_path: Path) -> None:
    """Sign up, write with two documents, seal, open, answer, throw away and take back, destroy, lock, recover."""
    files = [tmp_path / "lettre.pdf", tmp_path / "bilan.csv"]
    for file in files:
        file.write_bytes(file.name.encode() * 1_000)
    with (
        window(chromium, site, java_script_enabled=False) as context,
        window(chromium, site, java_script_enabled=False) as other,
    ):
        page, hers = context.new_page(), other.new_page()
        paul = sign_up(page, site, "paul.lemoine@exemple.fr", "Paul", "Lemoine")
        log_in(page, site, paul, scripts=False)

        press(page, "Nouvelle enveloppe")
        page.fill("#to", claire.address)
        page.fill("#subject", "Sans script")
        page.fill("#body", "Bonjour.")
        page.set_input_files("[name=file]", files)
        page.get_by_role("button", name="Joindre", exact=True).click()  # the chooser is called by a longer name
        expect(page.locator(".up")).to_have_count(2)
        expect(page.locator("#body")).to_have_value("Bonjour.")
        press(page, "Sceller et envoyer")
        expect(page.get_by_text("Enveloppe scellée et envoyée.")).to_be_visible()

        log_in(hers, site, claire, scripts=False)
        press(hers, "Sans script")
        expect(hers.get_by_text("une lettre et 2 documents")).to_be_visible()
        press(hers, "Ouvrir l’enveloppe")
        expect(hers.get_by_text("Bonjour.")).to_be_visible()
        with hers.expect_download() as download:
            hers.locator(".file", has_text="bilan.csv").locator("a[download]").first.click()
        assert download.value.path().read_bytes() == files[1].read_bytes()
        press(hers, "Répondre")
        hers.fill("#body", "Bien reçu.")
        press(hers, "Sceller et envoyer")
        expect(hers.get_by_text("Scellée par vous")).to_be_visible()

        press(page, "Reçues")
        press(page, "Re : Sans script")
        press(page, "Mettre à la corbeille")
        press(page, "Annuler")
        expect(page.get_by_text("C’est annulé : tout est revenu à sa place.")).to_be_visible()
        press(page, "Re : Sans script")
        press(page, "Mettre à la corbeille")
        press(page, "Corbeille")
        press(page, "Re : Sans script")
        press(page, "Détruire")
        press(page, "Détruire l’enveloppe")
        expect(page.get_by_text("Enveloppe détruite ici.")).to_be_visible()

        press(page, "Verrouiller")
        expect(page.get_by_role("heading", name="Session verrouillée")).to_be_visible()
        page.fill("[name=password]", paul.password)
        press(page, "Reprendre")
        page.wait_for_url("**/corbeille")
        press(page, "Se déconnecter")
        recover(page, site, paul)


def recover(page: Page, site: Deployment, account: Account) -> None:
    """« Accès perdu » with the recovery code that was kept on paper."""
    page.goto("/acces-perdu")
    page.fill("[name=address]", account.address)
    press(page, "Recevoir le lien")
    page.goto(deployment.link(site.mails.wait(account.address, "Accès perdu")))
    new = deployment.password()
    for name, value in {"recovery_code": account.recovery_code, "password": new, "repeat": new}.items():
        page.fill(f"[name={name}]", value)
    press(page, "Enregistrer ce mot de passe")
    expect(page.get_by_role("heading", name="Votre accès est rendu")).to_be_visible()
    log_in(page, site, Account(account.address, new, ""), scripts=False)


IN_FOCUS = """() => {
  const place = document.activeElement, frame = place.closest(".field, .drop label") ?? place;
  const styles = [place, frame].map((element) => getComputedStyle(element));
  return {
    name: place.ariaLabel || place.innerText || place.name || place.tagName,
    seen: styles.some((style) => style.boxShadow !== "none" || style.outlineStyle === "auto"),
  };
}"""


def tab_to(page: Page, name: str) -> None:
    """Tab until the focus stands on what is called `name`; every stop on the way must show itself."""
    for _ in range(40):
        page.keyboard.press("Tab")
        stop = page.evaluate(IN_FOCUS)
        assert stop["seen"], f"no visible focus on {stop['name']!r}"
        if stop["name"].strip().startswith(name):
            return
    raise AssertionError(f"the keyboard never reaches {name!r}")


def test_everything_works_without_a_mouse(chromium: Browser, site: Deployment, claire: Account, marc: Account) -> None:
    with window(chromium, site) as context:
        page = context.new_page()
        keys, seen = page.keyboard, len(site.mails.to(marc.address))
        page.goto("/connexion")
        expect(page.locator("[name=address]")).to_be_focused()
        keys.type(marc.address)
        keys.press("Tab")
        keys.type(marc.password)
        keys.press("Enter")
        page.wait_for_url("**/connexion/code*")
        expect(page.locator("[name=code]")).to_be_focused()
        keys.type(new_code(site, marc, after=seen))  # goes off at the sixth digit
        page.wait_for_url("**/recues")

        keys.press("Tab")
        keys.press("Enter")  # the first stop leads past the rail
        expect(page.locator("#contenu")).to_be_focused()
        page.goto("/recues")
        tab_to(page, "Nouvelle enveloppe")
        keys.press("Enter")
        page.wait_for_url("**/brouillons/*")
        parts.ready(page)
        expect(page.locator("#to")).to_be_focused()
        keys.type(claire.address)
        keys.press("Enter")  # saves, and reads the address
        expect(page.locator(".to")).to_contain_text("Claire Vasseur")
        tab_to(page, "subject")
        keys.type("Au clavier")
        keys.press("Tab")
        keys.type("Bonjour,")
        tab_to(page, "Sceller et envoyer")
        keys.press("Enter")
        expect(page.get_by_text("Enveloppe scellée et envoyée.")).to_be_visible()


def test_a_locked_screen_gives_back_the_place_and_what_was_typed(
    chromium: Browser, site: Deployment, marc: Account
) -> None:
    with window(chromium, site) as context:
        page = context.new_page()
        log_in(page, site, marc)
        page.clock.install()
        page.goto("/rediger")
        parts.ready(page)
        draft = page.url
        page.fill("#subject", "Interrompue")
        page.fill("#body", "Je disais donc")
        page.clock.fast_forward(31 * 60_000)  # nobody moves
        page.wait_for_url("**/verrou*")
        assert "Interrompue" not in page.content()
        page.go_back()
        assert "Je disais donc" not in page.content()
        page.goto(draft)
        page.fill("[name=password]", marc.password)
        press(page, "Reprendre")
        page.wait_for_url(draft)
        expect(page.locator("#subject")).to_have_value("Interrompue")
        expect(page.locator("#body")).to_have_value("Je disais donc")


def test_the_proof_comes_by_itself_and_two_presses_seal_once(
    chromium: Browser, site: Deployment, claire: Account, marc: Account
) -> None:
    with window(chromium, site) as context:
        page = context.new_page()
        log_in(page, site, marc)
        page.goto("/rediger")
        page.fill("#to", claire.address)
        page.fill("#subject", "Deux fois")
        page.get_by_role("button", name="Sceller et envoyer").dblclick()
        expect(page.get_by_text("Enveloppe scellée et envoyée.")).to_be_visible()
        expect(page.get_by_role("link", name="Télécharger la preuve")).to_be_visible()
        page.goto("/envoyees")
        expect(page.get_by_role("link", name="Deux fois")).to_have_count(1)


TOO_SMALL = """() => [...document.querySelectorAll("a, button, input:not([type=hidden]), select, summary")]
  .filter((element) => element.checkVisibility() && !element.closest("p, li, .quiet, .skip"))
  .map((element) => [element.innerText || element.ariaLabel || element.outerHTML, element.getBoundingClientRect()])
  .filter(([name, box]) => box.width > 1 && (box.width < 24 || box.height < 24)).map(([name]) => name)"""


def under_the_thumb(link: Locator) -> bool:
    """Whether it stands in the bar at the foot of a window 844 pixels high, all of it on the screen."""
    box = link.bounding_box()
    return box is not None and 844 - 80 < box["y"] <= 844 - box["height"]


def test_a_phone_shows_one_pane_and_keeps_the_places_at_hand(
    chromium: Browser, site: Deployment, claire: Account, marc: Account
) -> None:
    phone: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
    with window(chromium, site, **phone) as context:
        page = context.new_page()
        log_in(page, site, marc)
        seal(page, claire, "Depuis un téléphone")
        letter = page.url
        for path in ("/recues", "/envoyees", "/rediger", "/compte", "/compte/securite", "/aide", letter):
            for width in (390, 320):
                page.set_viewport_size({"width": width, "height": 844})
                page.goto(path)
                assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
                assert page.evaluate(TOO_SMALL) == [], path
        page.goto(letter)
        expect(page.get_by_role("heading", name="Depuis un téléphone")).to_be_visible()
        expect(page.locator(".list")).to_be_hidden()
        leave = page.get_by_role("link", name="Retour à la liste")  # the acts on a letter stand where the places were
        assert under_the_thumb(leave)
        leave.tap()
        page.wait_for_url("**/envoyees")
        expect(page.locator(".list")).to_be_visible()
        for place in ("Reçues", "Envoyées", "Brouillons", "Dossiers", "Compte"):
            assert under_the_thumb(page.locator(".places").get_by_role("link", name=place)), place
        page.get_by_role("link", name="Brouillons").tap()
        page.wait_for_url("**/brouillons")


@pytest.fixture
def firefox(tmp_path: Path) -> Iterator[WebDriver]:
    parts.need("firefox", browsers.missing("firefox"))
    driver = browsers.firefox(tmp_path)
    yield driver
    driver.quit()


def test_firefox_locks_by_hand_and_comes_back_to_what_was_typed(
    firefox: WebDriver, site: Deployment, marc: Account
) -> None:
    person, seen = Person(firefox, site.url), len(site.mails.to(marc.address))
    person.go("/connexion")
    person.fill(address=marc.address, password=marc.password)
    person.press("Recevoir mon code")
    person.fill(code=new_code(site, marc, after=seen))
    person.sees("Reçues")
    person.press("Nouvelle enveloppe")
    person.fill(subject="Dans Firefox", body="Je m’absente")
    person.press("Verrouiller")
    person.sees("Session verrouillée")
    person.fill(password=marc.password)
    person.press("Reprendre")
    person.sees("Sceller et envoyer")
    assert firefox.find_element("name", "body").get_attribute("value") == "Je m’absente"
