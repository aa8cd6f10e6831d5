"""Too large, too many, to nobody: refused in plain words, and the draft is there as it was typed."""

import pytest
from django.test import Client

from sceau.envelopes.models import Draft, Envelope
from tests.bad_days.desk import LETTER, file, form, names, saved, url
from tests.people import Member, text_of

pytestmark = pytest.mark.django_db

MEGABYTE = 1_000_000


def test_a_document_of_forty_one_megabytes(browser: Client, draft: Draft, claire: Member) -> None:
    answer = browser.post(url(draft, "joindre"), form(draft) | {"file": [file("irm.pdf", 41 * MEGABYTE)]})
    assert answer.status_code == 413
    said = text_of(answer)
    assert "Un document fait 40 Mo au plus, et celui-ci est plus lourd. Les autres sont gardés." in said
    assert f"{LETTER}</textarea>" in answer.content.decode()
    assert names(draft, claire) == ["compte-rendu.pdf"]


def test_forty_one_megabytes_in_two_documents(browser: Client, draft: Draft, claire: Member) -> None:
    """Each would do: they are kept, and the page says that two envelopes will leave."""
    brought = [file(f"irm-{size}.pdf", size * MEGABYTE) for size in (20, 21)]
    assert browser.post(url(draft, "joindre"), form(draft) | {"file": brought}).status_code == 303
    assert names(draft, claire) == ["compte-rendu.pdf", "irm-20.pdf", "irm-21.pdf"]
    assert "il en partira 2, numérotées" in text_of(browser.get(f"/brouillons/{draft.id}"))


def test_forty_megabytes_are_not_too_much(browser: Client, draft: Draft, claire: Member, marc: Member) -> None:
    """The limit counts what readers get, not how it travels."""
    size = 40 * MEGABYTE - 20_000  # what is there already
    assert browser.post(url(draft, "joindre"), {"file": file("irm.pdf", size)}).status_code == 303
    assert browser.post(url(draft, "sceller"), form(draft, marc.address)).status_code == 303
    assert Envelope.objects.get().documents == 2


@pytest.mark.parametrize(
    ("to", "words"),
    [
        (", ".join(f"dr.{number}@ailleurs.example" for number in range(200)), "Une enveloppe va à 100 destinataires"),
        ("zoe.martin@ailleurs.example", "zoe.martin@ailleurs.example n’a pas de boîte ici"),
        ("dr.benali.ch-ecrins.example", "« dr.benali.ch-ecrins.example » n’est pas une adresse"),
        ("marc@@ch-ecrins.example", "« marc@@ch-ecrins.example » n’est pas une adresse"),
        ("", "Il manque un destinataire"),
    ],
    ids=["200 recipients", "unknown", "no address", "malformed", "nobody"],
)
def test_recipients_that_cannot_be(
    browser: Client, draft: Draft, claire: Member, marc: Member, to: str, words: str
) -> None:
    answer = browser.post(url(draft, "sceller"), form(draft, to))
    assert answer.status_code == 422
    said = text_of(answer)
    assert words in said
    assert "Votre brouillon est gardé" in said
    assert f"{LETTER}</textarea>" in answer.content.decode()
    assert (saved(draft, claire).to, saved(draft, claire).text) == (to, LETTER)
    assert names(draft, claire) == ["compte-rendu.pdf"]
    assert not Envelope.objects.exists()
    draft.refresh_from_db()
    answer = browser.post(url(draft, "sceller"), form(draft, marc.address))
    assert answer.status_code == 303, "corrected, it leaves"
    assert Envelope.objects.get().documents == 1


def test_a_list_of_six_thousand_addresses_pasted_into_a_draft(browser: Client, draft: Draft, claire: Member) -> None:
    """The page stays there to be mended, nobody is looked up, and the sentence says what is the matter."""
    to = ", ".join(f"dr.{number}@ailleurs.example" for number in range(6000))
    assert browser.post(url(draft, "enregistrer"), form(draft, to)).status_code == 303
    page = browser.get(f"/brouillons/{draft.id}")
    assert page.status_code == 200
    assert "Une enveloppe va à 100 destinataires" in text_of(page)
    assert saved(draft, claire).to == to
