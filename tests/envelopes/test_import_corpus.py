"""Every mail of the collection through the real pages: imported, listed, opened, each part taken, back as it came."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http.response import HttpResponseBase
from django.test import Client

from sceau.envelopes.mime import Role
from sceau.envelopes.mime.parse import content, parse
from sceau.envelopes.models import Copy
from tests.envelopes.mails import collection
from tests.people import Member, sign_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(300)]
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def octets(answer: HttpResponseBase) -> bytes:
    assert answer.status_code == 200, answer.status_code
    return bytes(answer.getvalue())


def page(browser: Client, path: str) -> str:
    text = octets(browser.get(path)).decode()
    assert not _UNSEEN.search(text), path
    return text


def bring(browser: Client, name: str, raw: bytes) -> str:
    """The path of its page."""
    answer = browser.post("/importer", {"files": SimpleUploadedFile(f"{name}.eml", raw)})
    found = re.search(r"/enveloppes/[0-9a-f-]{36}", octets(answer).decode())
    assert found, (name, text_of(answer))
    return found[0]


def test_every_mail_is_imported_opened_taken_apart_and_given_back(claire: Member) -> None:
    browser = sign_in(claire)
    step = 1 if connection.vendor == "sqlite" else 8  # what reads them is the same; the rows and blobs are not
    for name, raw in list(collection().items())[::step]:
        if not raw:
            assert "Il n’a pas été importé" in text_of(
                browser.post("/importer", {"files": SimpleUploadedFile("vide.eml", raw)})
            )
            continue
        path, parsed = bring(browser, name.replace("/", "-"), raw), parse(raw)
        assert octets(browser.get(f"{path}/message.eml")) == raw, name
        shown = page(browser, path)
        assert "Importée" in shown
        assert '<article class="letter imported">' in shown
        if parsed.of(Role.HTML):
            page(browser, f"{path}/lettre.html")
        documents = [*parsed.of(Role.DOCUMENT), *parsed.of(Role.INLINE)]
        for part in documents:
            assert octets(browser.get(f"{path}/documents/{part.number}")) == content(raw, part), (name, part.number)
        if documents:
            octets(browser.get(f"{path}/documents.zip"))


def test_all_of_them_are_listed(claire: Member) -> None:
    browser = sign_in(claire)
    mails = {raw: name for name, raw in collection().items() if raw}
    files = [SimpleUploadedFile(f"{number}.eml", raw) for number, raw in enumerate(mails)]
    assert f"{len(mails)} courriels importés" in text_of(browser.post("/importer", {"files": files}))
    found, path = set[str](), "/recues"
    while path:
        text = page(browser, path)
        found |= set(re.findall(r"/enveloppes/([0-9a-f-]{36})", text))
        older = re.search(r'href="(/recues\?avant=[0-9a-f-]{36})"', text)
        path = older[1] if older else ""
    assert found == {str(id) for id in Copy.objects.values_list("id", flat=True)}
    assert len(found) == len(mails)
