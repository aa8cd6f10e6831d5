"""A composer's form, as a browser without script sends it, and what became of its draft."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from sceau.envelopes import attachments, drafts
from sceau.envelopes.models import Draft
from tests import people
from tests.people import Member

LETTER = "Cher confrère, merci de recevoir ce patient avant la fin du mois."


def form(draft: Draft, to: object = "", **fields: object) -> dict[str, Any]:
    """`draft` as the page showed it; what was typed into it since."""
    typed = {"revision": draft.revision, "to": str(to), "subject": "Avis cardiologique", "body": LETTER}
    return {**typed, "cc": "", "label": "", "expires_on": "", **fields}


def url(draft: Draft, act: str) -> str:
    return f"/brouillons/{draft.id}/{act}"


def file(name: str, size: int) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"%PDF" + bytes(size - 4), "application/pdf")


def saved(draft: Draft, author: Member) -> drafts.Content:
    """What the draft holds now. Raises Draft.DoesNotExist."""
    return drafts.read(Draft.objects.get(id=draft.id), keys=people.actor(author).keys)


def names(draft: Draft, author: Member) -> list[str]:
    """Its documents, each of which was read to its end."""
    found = attachments.of(draft, keys=people.actor(author).keys)
    assert all(sum(map(len, document.encoded())) == document.encoded_size for document in found)
    return [document.name for document in found]
