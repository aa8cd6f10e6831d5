"""Seeing what is inside, in a real browser: a long PDF, a picture, a text; by keys, on a phone, without scripts."""

import io
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Page, Request, expect

from sceau.demo import documents
from tests.deployment import Deployment
from tests.stories.test_everyday import Account, claire, log_in, marc, press, window

__all__ = ["claire", "marc"]  # fixtures of the everyday

pytestmark = pytest.mark.timeout(240)

NAMES = ("1-long.pdf", "2-radio.jpg", "3-releve.csv", "4-mensonge.pdf")


@pytest.fixture(scope="module")
def reader(
    chromium: Browser, site: Deployment, claire: Account, marc: Account, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Page, str]]:
    """Marc's window, with an opened envelope of four documents, and where it is."""
    folder = tmp_path_factory.mktemp("documents")
    contents = (
        documents.big_pdf(39_000_000),
        _picture(),
        "glycémie;1,12".encode("cp1252"),
        b"<script>alert(1)</script>",
    )
    for name, octets in zip(NAMES, contents, strict=True):
        (folder / name).write_bytes(octets)
    with window(chromium, site) as hers, window(chromium, site) as his:
        _send(hers.new_page(), site, claire, marc, [folder / name for name in NAMES])
        page = his.new_page()
        log_in(page, site, marc)
        press(page, "Quatre documents")
        press(page, "Ouvrir l’enveloppe")
        expect(page.get_by_role("link", name=NAMES[0]).first).to_be_visible()
        yield page, page.url


def _picture() -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((400, 300)).save(out, "JPEG")
    return out.getvalue()


def _send(page: Page, site: Deployment, sender: Account, to: Account, files: list[Path]) -> None:
    log_in(page, site, sender)
    page.goto("/rediger")
    page.fill("#to", to.address)
    page.fill("#subject", "Quatre documents")
    page.set_input_files("[name=file]", files)
    expect(page.locator(".up progress")).to_have_count(0, timeout=90_000)
    press(page, "Sceller et envoyer")
    expect(page.get_by_text("Enveloppe scellée et envoyée.")).to_be_visible(timeout=60_000)


def shown(page: Page) -> None:
    expect(page.locator(".sheet-page canvas").first).to_be_visible()


def scale(page: Page) -> int:
    return int(page.locator("[data-scale]").inner_text().split()[0])


def test_a_long_pdf_shows_its_first_page_before_all_of_it_is_there(reader: tuple[Page, str]) -> None:
    page, place = reader
    troubles: list[str] = []
    asked: list[Request] = []
    page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("request", lambda request: asked.append(request))
    page.goto(place)
    page.get_by_role("link", name=NAMES[0]).first.click()
    began = time.monotonic()
    shown(page)
    assert time.monotonic() - began < 15
    assert any("range" in request.headers for request in asked)
    assert not [request.url for request in asked if "/static/" not in request.url and site_of(page) not in request.url]
    expect(page.locator(".textLayer").first).to_contain_text("cardiologie")
    assert troubles == []


def site_of(page: Page) -> str:
    return page.url.partition("/enveloppes/")[0]


def walk(page: Page, key: str, address: str) -> None:
    """By a key to another page, until that one hears keys too: those pressed while a browser changes pages are lost."""
    page.keyboard.press(key)
    page.wait_for_url(address)  # waits for "load", which comes after the page's scripts ran


def test_keys_zoom_turn_walk_and_lead_back(reader: tuple[Page, str]) -> None:
    page, place = reader
    page.goto(f"{place}/documents/2/voir")
    shown(page)
    before, box = scale(page), page.locator(".sheet-page").first.bounding_box()
    page.keyboard.press("+")
    assert scale(page) > before
    page.keyboard.press("-")
    page.keyboard.press("r")
    turned = page.locator(".sheet-page").first.bounding_box()
    assert box
    assert turned
    assert (box["width"] < box["height"]) != (turned["width"] < turned["height"])
    page.keyboard.press("0")  # fitted again: where a page is wider than the window, arrows move it
    walk(page, "ArrowRight", f"{place}/documents/3/voir")
    expect(page).to_have_title(f"{NAMES[1]} — Sceau")
    picture = page.locator(".vstage img")
    expect(picture).to_be_visible()
    page.keyboard.press("0")
    page.keyboard.press("r")
    assert "rotate(90deg)" in (picture.get_attribute("style") or "")
    walk(page, "ArrowRight", f"{place}/documents/4/voir")
    expect(page.get_by_text("glycémie;1,12")).to_be_visible()
    walk(page, "ArrowRight", f"{place}/documents/5/voir")
    expect(page.get_by_text("Contenu inattendu")).to_be_visible()
    walk(page, "ArrowLeft", f"{place}/documents/4/voir")
    walk(page, "Escape", place)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_viewer_can_be_read_by_everybody(reader: tuple[Page, str], scheme: str) -> None:
    page, place = reader
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for number in (2, 3, 4, 5):
        page.goto(f"{place}/documents/{number}/voir")
        if number == 2:
            shown(page)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
    page.emulate_media(color_scheme=None)


def test_on_a_phone_saving_says_what_it_leaves(chromium: Browser, site: Deployment, reader: tuple[Page, str]) -> None:
    page, place = reader
    phone = window(
        chromium, site, has_touch=True, is_mobile=True, viewport={"width": 390, "height": 844},
        storage_state=page.context.storage_state(),
    )  # fmt: skip
    with phone:
        own = phone.new_page()
        own.goto(f"{place}/documents/3/voir")
        expect(own.locator(".vstage img")).to_be_visible()
        assert own.evaluate("document.documentElement.scrollWidth <= innerWidth")
        expect(own.get_by_role("link", name="Télécharger")).to_be_hidden()
        own.get_by_text("Enregistrer", exact=True).tap()
        expect(own.get_by_text("Une copie restera sur cet appareil")).to_be_visible()
        with own.expect_download() as download:
            own.get_by_role("link", name="Enregistrer une copie").tap()
        assert download.value.path().read_bytes() == _picture()


def test_without_scripts_what_can_be_shown_is_and_the_rest_is_one_link_away(
    chromium: Browser, site: Deployment, reader: tuple[Page, str]
) -> None:
    page, place = reader
    plain = window(chromium, site, java_script_enabled=False, storage_state=page.context.storage_state())
    with plain:
        own = plain.new_page()
        own.goto(f"{place}/documents/3/voir")
        assert own.locator(".vstage img").bounding_box()
        press(own, "Document suivant")
        expect(own.get_by_text("glycémie;1,12")).to_be_visible()
        own.goto(f"{place}/documents/2/voir")
        expect(own.locator("noscript p")).to_be_visible()
        expect(own.locator("noscript p")).to_contain_text("Sans JavaScript, un PDF ne s’affiche pas ici")
        expect(own.get_by_text("Ouverture du document…")).to_be_hidden()
        with own.expect_download() as download:
            press(own, "Télécharger")
        assert download.value.path().stat().st_size > 38_000_000


def test_the_list_and_the_letter_load_nothing_of_the_viewer(reader: tuple[Page, str]) -> None:
    page, place = reader
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in ("/recues", place):
        page.goto(path, wait_until="networkidle")
    assert not [url for url in asked if "pdfjs" in url or "/js/pdf" in url or "/js/viewer" in url]
