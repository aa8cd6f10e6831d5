"""What leaves as a file. Never a HEAD: a download is a handover, and looking at it is not (attack 25)."""

from dataclasses import replace
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from sceau.accounts.actor import Actor
from sceau.core import clock
from sceau.envelopes import access, archive, export, handover, reading, receipts
from sceau.envelopes.archive import Entry
from sceau.envelopes.models import Copy, Opening
from sceau.envelopes.names import safe_name
from sceau.envelopes.reading import Stream, Unsealed
from sceau.envelopes.receipts import Receipt
from sceau.vault.sessions import Assurance
from sceau.web import documents
from sceau.web.guards import signed_in
from sceau.web.requests import SignedIn


@require_GET
@signed_in(Assurance.CODE)
def part(request: SignedIn, copy_id: UUID, number: int) -> HttpResponseBase:
    """One document."""
    copy, opened = _readable(copy_id, request.actor)
    stream = Unsealed(copy, keys=request.actor.keys).document(str(number))
    return _send(stream, copy, opened, str(number), by=request.actor)


@require_GET
@signed_in(Assurance.CODE)
def parts_zip(request: SignedIn, copy_id: UUID) -> HttpResponseBase:
    """All documents of one envelope."""
    by = request.actor
    copy, opened = _readable(copy_id, by)
    letter = Unsealed(copy, keys=by.keys)
    at = copy.sort_at.astimezone(ZoneInfo(by.person.zone))
    name = _called(letter.summary.subject, "zip")
    return _send(export.documents(letter, name=name, at=at), copy, opened, "zip", by=by)


def _called(subject: str, ending: str) -> str:
    called = subject or _("enveloppe")
    return safe_name(f"{called}.{ending}")


@require_GET
@signed_in(Assurance.CODE)
def message(request: SignedIn, copy_id: UUID) -> HttpResponseBase:
    """The sealed message itself: with the receipt, all that a check needs."""
    copy, opened = _readable(copy_id, request.actor)
    letter = Unsealed(copy, keys=request.actor.keys)
    name = _called(letter.summary.subject, "eml")
    return _send(replace(letter.message(), name=name), copy, opened, "eml", by=request.actor)


@require_GET
@signed_in(Assurance.CODE)
def receipt_pdf(request: SignedIn, copy_id: UUID) -> HttpResponseBase:
    """The receipt that people read; no content leaves with it, so it is no handover."""
    made = _receipt(copy_id, request.actor)
    return _whole(receipts.pdf(made), _name(copy_id, "pdf"), "application/pdf")


@require_GET
@signed_in(Assurance.CODE)
def receipt_json(request: SignedIn, copy_id: UUID) -> HttpResponseBase:
    return _whole(_receipt(copy_id, request.actor).json, _name(copy_id, "json"), "application/json")


@require_GET
@signed_in(Assurance.CODE)
def proofs_zip(request: SignedIn, copy_id: UUID) -> HttpResponseBase:
    """The receipt in every form, and the proof of each event for other verifiers."""
    made, at = _receipt(copy_id, request.actor), clock.now().astimezone(ZoneInfo(request.actor.person.zone))
    files = {"preuve.pdf": receipts.pdf(made), "preuve.json": made.json, **made.proofs}
    entries = (Entry(name, at, [data]) for name, data in files.items())
    return documents.download(Stream(_name(copy_id, "zip"), "application/zip", None, archive.write(entries)))


def _readable(copy_id: UUID, by: Actor) -> tuple[Copy, Opening | None]:
    """Raises NotFound, rules.NotOpened, rules.Destroyed."""
    copy = access.copy(copy_id, for_=by)
    return copy, access.opening(copy, by=by, at=clock.now())


def _send(stream: Stream, copy: Copy, opened: Opening | None, part: str, *, by: Actor) -> HttpResponseBase:
    """What is wrong shows before the answer begins; what has left wholly is a handover."""
    stream = reading.begun(stream)
    chunks = handover.watched(stream.chunks, copy, opened, part, by=by, now=clock.now)
    return documents.download(stream, chunks)


def _receipt(copy_id: UUID, by: Actor) -> Receipt:
    """Raises NotFound, receipts.NotYetPublished. A destroyed copy still proves what happened to it."""
    return receipts.build(access.copy(copy_id, for_=by), by=by, at=clock.now())


def _name(copy_id: UUID, extension: str) -> str:
    return f"preuve-{copy_id.hex[-12:]}.{extension}"


def _whole(octets: bytes, name: str, content_type: str) -> HttpResponseBase:
    return documents.download(Stream(name, content_type, len(octets), iter([octets])))
