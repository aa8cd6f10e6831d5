"""The main job, as two people live it in a real browser, checked at the end by somebody who trusts nobody."""

import hashlib
import json
import re
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from selenium.webdriver.remote.webdriver import WebDriver

from sceau.demo import documents
from tests import deployment, parts
from tests.deployment import SCEAU, Deployment
from tests.stories import browsers
from tests.stories.browsers import Person

CLAIRE, MARC = "claire.vasseur@exemple.fr", "marc.benali@exemple.fr"
SUBJECT = "Compte rendu de cardiologie"
BODY = "Chère consœur,\n\nL’échographie est rassurante.\n\nBien confraternellement"


@pytest.fixture(params=["chromium", "firefox"])
def browser(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[WebDriver]:
    parts.need(request.param, browsers.missing(request.param))
    driver = browsers.LAUNCH[request.param](tmp_path)
    yield driver
    driver.quit()


@pytest.fixture
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Deployment]:
    more = parts.settings_of_servers(tmp_path)
    with deployment.deployed(tmp_path / "site", more, workers=2) as running:
        yield running


def sign_up(person: Person, site: Deployment, address: str, given: str, family: str) -> str:
    """Opens an account from the address to the recovery code; gives the password."""
    password = deployment.password()
    person.go("/inscription")
    person.fill(address=address)
    person.press("Recevoir le lien")
    person.go(deployment.link(site.mails.wait(address, "compte")))
    person.fill(given_name=given, family_name=family, password=password, repeat=password)
    person.press("Ouvrir mon compte")
    person.sees("code de secours")
    return password


def log_in(person: Person, site: Deployment, address: str, password: str) -> None:
    seen = len(site.mails.to(address))
    person.go("/connexion")
    person.fill(address=address, password=password)
    person.press("Recevoir mon code")
    mail = site.mails.wait(address, r"^\[\d{6}\] - Votre code d'accès Sceau$", after=seen)
    person.fill(code=deployment.code(mail))
    person.sees("Reçues")


def log_out(person: Person) -> None:
    person.press("Se déconnecter")


def download(person: Person, path: str) -> bytes:
    request = urllib.request.Request(path, headers={"Cookie": person.cookies})
    with urllib.request.urlopen(request, timeout=60) as answer:
        content: bytes = answer.read()
        return content


def hrefs(person: Person, ending: str) -> list[str]:
    """The addresses on this page that end so (a pattern), once each."""
    script = "return [...document.querySelectorAll('a[href]')].map((link) => link.href)"
    found: list[str] = person.driver.execute_script(script)
    return [address for address in dict.fromkeys(found) if re.search(f"{ending}$", address)]


@pytest.mark.timeout(420)
def test_two_people_exchange_a_sealed_envelope_and_a_stranger_checks_the_proof(
    browser: WebDriver, site: Deployment, tmp_path: Path
) -> None:
    pdf, cda = tmp_path / "echographie.pdf", tmp_path / "compte-rendu.xml"
    pdf.write_bytes(documents.big_pdf(39_000_000))
    cda.write_bytes(documents.cda_report())
    person = Person(browser, site.url)
    claire = sign_up(person, site, CLAIRE, "Claire", "Vasseur")
    marc = sign_up(person, site, MARC, "Marc", "Benali")

    log_in(person, site, MARC, marc)
    person.press("Nouvelle enveloppe")
    person.fill(to=CLAIRE, subject=SUBJECT, body=BODY)
    person.choose_file(pdf, cda)
    person.sees("39")
    person.sees("compte-rendu.xml", seconds=60)
    person.has_uploaded()
    person.press("Sceller et envoyer")
    person.sees(SUBJECT)
    log_out(person)

    notice = site.mails.wait(CLAIRE, "enveloppe")
    assert SUBJECT not in deployment.text(notice)
    log_in(person, site, CLAIRE, claire)
    person.press(SUBJECT)
    person.sees("Marc Benali")
    assert "rassurante" not in person.text
    person.press("Ouvrir")
    person.sees("rassurante")

    received = {hashlib.sha256(download(person, href)).digest() for href in hrefs(person, r"/documents/\d+")}
    assert received == {hashlib.sha256(path.read_bytes()).digest() for path in (pdf, cda)}
    message = download(person, hrefs(person, "message.eml")[0])
    receipt, paper = _proofs(person)
    opened = site.mails.wait(MARC, r"^Claire Vasseur a ouvert|[Oo]uverte")
    assert "Claire Vasseur" in deployment.text(opened)

    _a_stranger_checks(site, tmp_path, message, receipt, paper)


def _proofs(person: Person) -> tuple[bytes, bytes]:
    """The proof as JSON and as PDF, once the log has published the opening: until then the answer is "later"."""
    for _ in range(120):
        with suppress(urllib.error.HTTPError, IndexError):
            return download(person, hrefs(person, "preuve.json")[0]), download(person, hrefs(person, "preuve.pdf")[0])
        time.sleep(0.5)
    raise AssertionError("the log never published the opening")


def _a_stranger_checks(site: Deployment, folder: Path, message: bytes, receipt: bytes, paper: bytes) -> None:
    """`sceau verify` with nothing but the proof, the mail and the operator's trust file; then one octet changes."""
    (folder / "operator.pem").write_bytes(site.run("keys", "trust").stdout)

    def verify(proof: bytes, mail: bytes) -> str:
        """The reason of a refusal, or "holds"."""
        (folder / "preuve").write_bytes(proof)
        (folder / "message.eml").write_bytes(mail)
        done = subprocess.run(
            [SCEAU, "verify", "preuve", "--message", "message.eml", "--trust", "operator.pem"],
            env={"PATH": "/usr/bin:/bin"},
            cwd=folder,
            capture_output=True,
            timeout=60,
            check=False,
        )
        said = done.stdout.decode() + done.stderr.decode()
        assert done.returncode in (0, 1), said
        found = re.search(r"\[([a-z-]+)\]", said)
        return found[1] if done.returncode and found else "holds"

    assert verify(paper, message) == "holds"
    assert verify(receipt, message) == "holds"
    assert verify(receipt, flip(message, len(message) // 2)) == "another-message"
    assert verify(receipt, message[:-1]) == "another-message"
    for reason, place in {
        "record-changed": rb'"given_name":"C|"name":"C',
        "checkpoint-forged": rb"\xe2\x80\x94 [^ ]+ [^ ]{20}",
    }.items():
        found = re.search(place, receipt)
        assert found, reason
        assert verify(flip(receipt, found.end() - 1), message) == reason
    proof = json.loads(receipt)["evidence"][0]["proof"].split("\n")
    hashes = proof[proof.index("") - 1].encode()
    assert verify(flip(receipt, receipt.index(hashes) + 5), message) == "not-in-log"
    assert verify(flip(paper, len(paper) // 2), message).startswith("pdf-")


def flip(data: bytes, place: int) -> bytes:
    """One octet becomes another letter, so that base64 and JSON stay what they are."""
    return data[:place] + (b"b" if data[place : place + 1] == b"a" else b"a") + data[place + 1 :]
