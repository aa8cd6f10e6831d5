"""`sceau verify` on the receipts of every act behind writing: for the sender and the recipient, message and all."""

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pypdf
import pytest
from django.conf import settings

from sceau.cli import verifier
from sceau.core import clock
from sceau.envelopes import (
    answering,
    auto_reply,
    delivery,
    drafts,
    forwarding,
    receipts,
    sending,
    withdrawal,
)
from sceau.envelopes.auto_reply import Absence
from sceau.envelopes.models import Copy, Envelope
from sceau.evidence import trust
from sceau.evidence.integrator import Integrator
from sceau.evidence.models import Leader
from tests import people
from tests.envelopes import desk
from tests.people import Member

pytestmark = pytest.mark.req("E10")

AT = clock.now()
Act = Callable[[Member, Member], Envelope]


def formatted(claire: Member, marc: Member) -> Envelope:
    html = "<p>Bonjour <b>Marc</b></p>"
    envelope = desk.send(people.actor(claire), str(marc.address), ("a.pdf", b"%PDF"), html=html, at=AT)
    desk.open_copy(envelope, marc, at=AT)
    return envelope


def with_a_patient(claire: Member, marc: Member) -> Envelope:
    settings.SCEAU_PATIENT_LINE = True
    try:
        return desk.send(people.actor(claire), str(marc.address), patient="informed", at=AT)
    finally:
        settings.SCEAU_PATIENT_LINE = False


def withdrawn(claire: Member, marc: Member) -> Envelope:
    by = people.actor(claire)
    envelope = desk.send(by, str(marc.address), at=AT)
    withdrawal.withdraw(desk.own_copy(envelope, by), by=by, at=AT)
    return envelope


def delivered_later(claire: Member, marc: Member) -> Envelope:
    hour = AT + timedelta(hours=30)
    envelope = desk.send(people.actor(claire), str(marc.address), deliver_at=f"{hour:%Y-%m-%dT%H:%M}", at=AT)
    delivery.deliver(envelope.id, at=hour)
    return envelope


def passed_on(claire: Member, marc: Member) -> Envelope:
    by = people.actor(claire)
    first = desk.send(by, str(marc.address), at=AT)
    draft = forwarding.forward(desk.own_copy(first, by), heading="Transférée", by=by, at=AT)
    content = drafts.Content(to=str(marc.address), subject="Tr : Avis", text="Voici.")
    drafts.save(draft, content, base=draft.revision, at=AT)
    return sending.seal(draft, by=by, at=AT)


def one_of_a_series(claire: Member, marc: Member) -> Envelope:
    limit, settings.SCEAU_MESSAGE_LIMIT = settings.SCEAU_MESSAGE_LIMIT, 100
    try:
        return desk.send(people.actor(claire), str(marc.address), ("a", b"a" * 80), ("b", b"b" * 80), at=AT)
    finally:
        settings.SCEAU_MESSAGE_LIMIT = limit


def automatic(claire: Member, marc: Member) -> Envelope:
    """From Claire to Marc, though nobody sealed it."""
    absence = Absence("Absente.", AT - timedelta(hours=1), AT + timedelta(days=1))
    auto_reply.set(absence, by=people.actor(claire), at=AT)
    asked = desk.send(people.actor(marc), str(claire.address), at=AT)
    answering.answer(desk.copy_of(asked, claire).id, at=AT)
    return Envelope.objects.get(automatic=True)


ACTS: dict[Act, str] = {
    formatted: "1 document joint",
    with_a_patient: "informé de cet échange",
    withdrawn: "Enveloppe retirée par l’expéditeur",
    delivered_later: "Remise demandée pour le",
    passed_on: "Transfère l’enveloppe",
    one_of_a_series: "2 / 2",
    automatic: "aucune personne ne l’a fait à la main",
}


@pytest.mark.parametrize(("act", "words"), ACTS.items(), ids=[act.__name__ for act in ACTS])
def test_its_receipts_pass_and_its_page_says_it(
    act: Act, words: str, claire: Member, marc: Member, tmp_path: Path
) -> None:
    envelope = act(claire, marc)
    later = AT + timedelta(hours=40)
    Leader.objects.all().delete()
    Integrator().step(at=later)
    trusted = tmp_path / "operator.pem"
    trusted.write_text(trust.write(settings.SCEAU_KEYS, "Essais"), encoding="utf-8")
    message = tmp_path / "message.eml"
    by = people.actor(claire)
    message.write_bytes(desk.octets(desk.read(desk.own_copy(envelope, by), by).message()))
    for member in (claire, marc):
        holder = people.actor(member)
        copy = Copy.objects.select_related("envelope", "mailbox").get(envelope=envelope, mailbox=member.mailbox)
        made = receipts.build(copy, by=holder, at=later)
        receipt = tmp_path / f"{member.person.given_name}.json"
        receipt.write_bytes(made.json)
        assert verifier.main([str(receipt), "--message", str(message), "--trust", str(trusted)]) == 0
        pages = pypdf.PdfReader(io.BytesIO(receipts.pdf(made))).pages
        assert words in " ".join("".join(page.extract_text() for page in pages).split())
