"""Writing at eleven in the evening: by keyboard alone, over a line that breaks, in a tab that closes.

One installation, one Chromium and two accounts serve all; each test brings its own window.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests import parts
from tests.deployment import Deployment
from tests.stories.test_everyday import Account, log_in, press, sign_up, window

pytestmark = pytest.mark.timeout(180)

LARGE = 39_000_000  # octets
ALL_SAVED = "async () => !(await import(document.querySelector('script[src*=\"js/autosave\"]').src)).unsaved()"


@pytest.fixture(scope="module")
def marc(chromium: Browser, site: Deployment) -> Account:
    with window(chromium, site) as context:
        return sign_up(context.new_page(), site, "marc.benali@exemple.fr", "Marc", "Benali")


@pytest.fixture(scope="module")
def signed_in(chromium: Browser, site: Deployment, marc: Account) -> Iterator[BrowserContext]:
    """Claire's browser, through the way in once."""
    with window(chromium, site) as context:
        page = context.new_page()
        claire = sign_up(page, site, "claire.vasseur@exemple.fr", "Claire", "Vasseur")
        log_in(page, site, claire)
        page.close()
        yield context


@pytest.fixture
def page(signed_in: BrowserContext) -> Iterator[Page]:
    """A new letter. Whatever the page reports as an error fails the test."""
    troubles: list[str] = []
    page = signed_in.new_page()
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda line: troubles.append(line.text) if "Content Security Policy" in line.text else None)
    page.goto("/rediger")
    parts.ready(page)
    expect(page.locator("#to")).to_be_focused()
    yield page
    signed_in.set_offline(False)
    page.close()
    assert troubles == []


def saved(page: Page) -> None:
    """Ctrl+S, until all is saved: an answer alone may be that of a save which was on its way before."""
    page.keyboard.press("Control+s")
    page.wait_for_function(ALL_SAVED)
    expect(page.locator("[data-saved]")).to_contain_text("Brouillon enregistré")


def chips(page: Page, field: str, *names: str) -> None:
    """The chips of a field say this, one each."""
    expect(page.locator(f".line:has(#{field}) .to [data-name]")).to_have_text(list(names))


def paste(page: Page, place: str, kind: str, content: str) -> None:
    page.locator(place).evaluate(
        """(element, [kind, content]) => {
          const clipboardData = new DataTransfer();
          clipboardData.setData(kind, content);
          element.dispatchEvent(new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true}));
        }""",
        [kind, content],
    )


def test_recipients_are_chosen_by_keyboard(page: Page, marc: Account) -> None:
    keys = page.keyboard
    expect(page.get_by_role("combobox", name="À", exact=True)).to_be_focused()
    keys.insert_text(marc.address)  # the exact address of somebody who holds an account is proposed
    expect(page.get_by_role("listbox", name="À").get_by_role("option")).to_contain_text("Marc Benali")
    expect(page.get_by_role("combobox", name="À", exact=True)).to_have_attribute("aria-expanded", "true")
    keys.press("Enter")
    chips(page, "to", "Marc Benali")
    keys.type("personne@ailleurs.example;pas une adresse,")
    chips(page, "to", "Marc Benali", "personne@ailleurs.example", "pas une adresse")
    expect(page.get_by_text("« pas une adresse » n’est pas une adresse complète")).to_be_visible()
    keys.press("Backspace")  # takes the last one back into the field
    expect(page.locator("#to")).to_have_value("pas une adresse")
    page.locator("#to").fill("")
    keys.press("ArrowLeft")
    keys.press("Alt+ArrowDown")  # to « Copie »
    chips(page, "to", "Marc Benali")
    chips(page, "cc", "personne@ailleurs.example")
    expect(page.get_by_label("Ce qui va se passer")).to_contain_text("N’a pas de compte Sceau")
    keys.press("Delete")
    chips(page, "cc")
    page.locator("#to").focus()
    paste(page, "#to", "text/plain", 'Léa <lea@x.example>\nnadia@y.example, "A, B" <ab@z.example>')
    chips(page, "to", "Marc Benali", "lea@x.example", "nadia@y.example", "ab@z.example")
    saved(page)
    page.reload()
    chips(page, "to", "Marc Benali", "lea@x.example", "nadia@y.example", "ab@z.example")


def test_a_recipient_unticked_before_the_scripts_came_is_not_put_back(page: Page, marc: Account) -> None:
    def untick(route: Route) -> None:
        page.get_by_role("checkbox", name="Garder nadia@y.example").uncheck()
        route.continue_()

    page.locator("#to").fill(f"{marc.address}, nadia@y.example")
    saved(page)
    page.route("**/js/chip.js*", untick)
    with page.expect_response("**/enregistrer"):
        page.reload()
        chips(page, "to", "Marc Benali")
    page.unroute("**/js/chip.js*")
    page.reload()
    chips(page, "to", "Marc Benali")


def test_a_letter_is_formatted_saved_and_sealed(page: Page, marc: Account) -> None:
    keys = page.keyboard
    keys.insert_text(marc.address)
    keys.press("Tab")
    page.locator("#subject").fill("Mise en forme")
    page.get_by_role("button", name="Mise en forme").click()
    letter = page.get_by_role("textbox", name="Votre lettre")
    expect(letter).to_be_focused()
    keys.type("Bonjour")
    keys.press("Enter")
    keys.press("Control+b")
    expect(page.get_by_role("button", name="Gras")).to_have_attribute("aria-pressed", "true")
    keys.type("important")
    wild = """<p style="color:red" onclick="x()">collé <img src=x onerror="document.title=1"><script>x</script>
        <a href="javascript:x()">lien</a> <em>net</em></p>"""
    keys.press("Enter")
    paste(page, ".rich", "text/html", wild)
    expect(letter.locator("i")).to_have_text("net")
    inside = letter.inner_html()
    assert not any(word in inside for word in ("style", "onclick", "img", "script", "href"))
    saved(page)
    page.reload()
    expect(page.get_by_role("textbox", name="Votre lettre").locator("b").first).to_contain_text("important")
    keys.press("Control+Enter")
    expect(page.get_by_role("button", name="Sceller et envoyer")).to_be_focused()
    keys.press("Enter")
    expect(page.get_by_text("Enveloppe scellée et envoyée.")).to_be_visible()


def test_a_document_survives_three_cuts_and_a_closed_page(page: Page, marc: Account, tmp_path: Path) -> None:
    document = tmp_path / "scanner.pdf"
    document.write_bytes(b"%PDF-1.7\n" + hashlib.shake_256(b"scanner").digest(LARGE - 9))
    page.locator("#to").fill(marc.address)
    page.locator("#subject").fill("Scanner")
    page.locator("#subject").press("Tab")
    seen: list[int] = []

    def cut_now_and_then(route: Route) -> None:
        if route.request.method != "PATCH":
            return route.continue_()
        seen.append(int(route.request.headers["upload-offset"]))
        if len(seen) == 10:
            return None  # on its way until it is paused
        return route.abort("connectionreset") if len(seen) in (2, 5, 8) else route.continue_()

    page.route("**/morceaux/*", cut_now_and_then)
    page.set_input_files("#file", document)
    row = page.locator("[data-uploads] .up")
    expect(row).to_be_visible()
    while len(seen) < 10:
        page.wait_for_timeout(50)
    row.get_by_role("button", name="Mettre en pause").click()
    expect(row).to_contain_text("En pause")
    again = [offset for offset in seen if seen.count(offset) > 1]
    assert len(set(again)) == 3  # each cut piece went again from where it was, nothing before it
    saved(page)
    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()
    part = page.locator("[data-part]")
    expect(part).to_contain_text("scanner.pdf")
    other = tmp_path / "autre" / "scanner.pdf"  # the name and the size, but not the document
    other.parent.mkdir()
    other.write_bytes(document.read_bytes()[::-1])
    for file in (other, document):
        with page.expect_file_chooser() as chooser:
            part.get_by_role("button", name="Reprendre").click()
        chooser.value.set_files(file)
        if file == other:
            expect(page.get_by_role("alert")).to_contain_text("Ce n’est pas le même fichier")
            page.reload()
    expect(page.locator("[data-attached] .up:not([data-part])")).to_contain_text("scanner.pdf", timeout=60_000)
    assert seen[10] >= max(seen[:10])
    expect(page.get_by_text("39 Mo sur 40 Mo")).to_be_visible()
    press(page, "Sceller et envoyer")
    expect(page.get_by_text("Enveloppe scellée et envoyée.")).to_be_visible(timeout=30_000)
    there = page.request.get(f"{page.url.partition('?')[0]}/documents/2")
    assert hashlib.sha256(there.body()).digest() == hashlib.sha256(document.read_bytes()).digest()


def test_a_tab_that_closes_while_one_types_loses_nothing(page: Page, signed_in: BrowserContext) -> None:
    place = page.url
    page.locator("#subject").fill("Fermé trop tôt")
    saved(page)
    page.route("**/enregistrer", lambda route: None)  # a save on its way, that nothing will ever answer
    with page.expect_request("**/enregistrer"):
        page.locator("#body").fill("Une phrase qui part")
    page.unroute_all()
    page.locator("#body").press_sequentially(", puis la fin de la lettre.")
    page.close(run_before_unload=True)
    other = signed_in.new_page()
    for _ in range(100):
        other.goto(place)
        if "fin de la lettre" in other.locator("#body").input_value():
            break
        other.wait_for_timeout(250)
    expect(other.locator("#body")).to_have_value("Une phrase qui part, puis la fin de la lettre.")
    assert other.evaluate("localStorage.length + sessionStorage.length") == 0
    other.close()


def test_typing_goes_on_without_a_line_and_is_saved_when_it_is_back(page: Page, signed_in: BrowserContext) -> None:
    page.locator("#subject").fill("Dans le tunnel")
    saved(page)
    signed_in.set_offline(True)
    page.locator("#body").fill("Écrit sans réseau.")
    expect(page.locator("[data-saved]")).to_contain_text("la liaison est coupée", timeout=15_000)
    signed_in.set_offline(False)
    saved(page)
    page.reload()
    expect(page.locator("#body")).to_have_value("Écrit sans réseau.")
