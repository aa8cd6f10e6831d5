"""`python -m scripts.screenshots [NAME…]`: the pictures of docs/images, taken anew from a demonstration.

`--everything FOLDER` takes every state at both widths, light and dark, to be looked at: none is for the documents.
"""

import argparse
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, StorageState, sync_playwright

from sceau.demo import documents
from sceau.demo.cast import CLAIRE, LEA, MARC, Player
from scripts import demo_stage

IMAGES = Path("docs/images")
DESKTOP, PHONE = (1440, 900), (390, 844)


@dataclass(frozen=True)
class State:
    """One picture: `act` brings the page there from "/recues", or from the way in when nobody is signed in."""

    name: str
    who: Player | None
    act: Callable[[Page], object]
    size: tuple[int, int] = DESKTOP
    scheme: str = "light"
    language: str = "fr"


def go(path: str) -> Callable[[Page], object]:
    return lambda page: page.goto(_host(page) + path)


def letter(subject: str, folder: str = "/recues") -> Callable[[Page], object]:
    def act(page: Page) -> None:
        page.goto(_host(page) + folder)
        page.locator(".rows a[href*='/enveloppes/']", has_text=subject).first.click()
        page.wait_for_url("**/enveloppes/**")
        page.wait_for_load_state("networkidle")

    return act


def write(page: Page) -> None:
    """A new envelope with a recipient, a document and a date of birth in its subject, as it is being written."""
    page.goto(_host(page) + "/rediger")
    page.fill("#to", "marc.benali@ch-ecrins.example")
    page.keyboard.press("Enter")
    page.fill("#subject", "Suite de prise en charge")
    page.fill("#body", "Cher confrère,\n\nVous trouverez ci-joint le dernier bilan. La tension reste élevée le soir.")
    with tempfile.TemporaryDirectory() as folder:
        for document in (documents.letter(), documents.scan()):
            path = Path(folder, document.name)
            path.write_bytes(document.data)
            page.locator("input[type=file]").first.set_input_files(path)
            page.wait_for_timeout(1500)
    page.wait_for_timeout(2500)  # saved, and the plan has come


def search(page: Page) -> None:
    page.goto(_host(page) + "/recherche")
    field = page.get_by_role("searchbox").first
    field.fill("cardiologie")
    field.press("Enter")
    page.wait_for_timeout(2000)


def folders(page: Page) -> None:
    page.goto(_host(page) + "/dossiers")


def view(page: Page) -> None:
    letter("Compte rendu de cardiologie")(page)
    page.locator("a.show").first.click()
    page.wait_for_timeout(2500)


def locked(page: Page) -> None:
    page.goto(_host(page) + "/recues")
    page.get_by_role("button", name="Verrouiller").first.click()
    page.wait_for_url("**/verrou*")


REPORT, LEAVING = "Compte rendu de cardiologie", "Sortie prévue"
STATES = [
    State("connexion", None, go("/connexion")),
    State("connexion-anglais", None, go("/connexion"), PHONE, language="en"),
    State("aide", None, go("/aide"), scheme="dark"),
    State("recues", CLAIRE, go("/recues")),
    State("recues-telephone", CLAIRE, go("/recues"), PHONE),
    State("recues-sombre", CLAIRE, go("/recues"), scheme="dark"),
    State("fermee", LEA, lambda page: page.locator(".rows a").first.click()),
    State("ouverte", CLAIRE, letter(REPORT)),
    State("sombre", CLAIRE, letter(REPORT), scheme="dark"),
    State("telephone", CLAIRE, letter(REPORT), PHONE),
    State("suivi", CLAIRE, letter(LEAVING, "/envoyees")),
    State("document", CLAIRE, view),
    State("recherche", CLAIRE, search),
    State("dossiers", CLAIRE, folders),
    State("brouillons", CLAIRE, go("/brouillons"), PHONE),
    State("compte", CLAIRE, go("/compte")),
    State("activite", CLAIRE, go("/compte/activite")),
    State("securite", CLAIRE, go("/compte/securite"), PHONE),
    State("signature", CLAIRE, go("/compte/signature"), scheme="dark"),
    State("emporter", CLAIRE, go("/tout-telecharger")),
    State("importer", CLAIRE, go("/importer"), PHONE),
    State("rediger", CLAIRE, write),
    State("rediger-telephone", CLAIRE, write, PHONE, "dark"),
    State("verrou", MARC, locked),
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--everything", type=Path, metavar="FOLDER")
    wanted = parser.parse_args()
    states = [state for state in STATES if not wanted.names or state.name in wanted.names]
    with demo_stage.running() as port, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        keys = {player.handle: _signed_in(browser, player, port) for player in (CLAIRE, LEA, MARC)}
        for state in states:
            if wanted.everything:
                for size in (DESKTOP, PHONE):
                    for scheme in ("light", "dark"):
                        path = wanted.everything / f"{state.name}-{size[0]}-{scheme}.png"
                        _take(browser, replace(state, size=size, scheme=scheme), keys, port, path)
            else:
                _take(browser, state, keys, port, IMAGES / f"{state.name}.png")
        browser.close()


def _signed_in(browser: Browser, player: Player, port: int) -> StorageState:
    context = browser.new_context(locale="fr")
    demo_stage.sign_in(context, player, port)
    return context.storage_state()


def _take(browser: Browser, state: State, keys: dict[str, StorageState], port: int, path: Path) -> None:
    context = browser.new_context(
        locale=state.language,
        viewport={"width": state.size[0], "height": state.size[1]},
        is_mobile=state.size == PHONE,
        has_touch=state.size == PHONE,
        color_scheme=state.scheme,  # type: ignore[arg-type]  # one of Playwright's words
        storage_state=keys[state.who.handle] if state.who else None,
    )
    page = context.new_page()
    page.goto(demo_stage.address(state.who or CLAIRE, port) + ("/recues" if state.who else "/connexion"))
    state.act(page)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(300)
    path.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=path)
    context.close()
    Image.open(path).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(
        path, optimize=True
    )  # a third as large
    print(path)


def _shrink(path: Path) -> None:
    """To a third, by 256 colours: more than these pages have, but for the wax."""
    Image.open(path).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)


def _host(page: Page) -> str:
    return "/".join(page.url.split("/")[:3])


if __name__ == "__main__":
    main()
