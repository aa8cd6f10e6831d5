"""What is worth a look before sealing: a calm question, never a wall (envelopes.checks).

Whoever seals anyway sends back a token for exactly these doubts; when the letter has changed and others arise, they
are shown once more. The token is no secret and guards nothing: it only says that the question was put.
"""

from datetime import datetime
from uuid import UUID

from django.core.signing import Signer
from django.utils.translation import gettext as _

from sceau.accounts.actor import Actor
from sceau.envelopes import acquaintances, checks
from sceau.envelopes.checks import Code, Warning, Where
from sceau.envelopes.drafts import Content
from sceau.envelopes.summaries import Party
from sceau.web.drafting import Composer
from sceau.web.pages import Doubt

_FREQUENT = 300  # correspondents that a new one may be mistaken for


def of(composer: Composer, content: Content, *, by: Actor, at: datetime) -> tuple[Warning, ...]:
    recipients = [acquaintances.party(outlook.mailbox) for outlook in composer.outlooks if outlook.mailbox]
    known = [acquaintances.party(mailbox) for mailbox in acquaintances.known(by=by, limit=_FREQUENT)]
    names = [document.name for document in composer.documents]
    return checks.warnings(
        content, names, recipients, [*known, Party(by.mailbox.name, by.mailbox.address)], year=at.year
    )


def told(warning: Warning) -> Doubt:
    words = {"what": warning.what}
    match warning.code, warning.where:
        case Code.NIR, Where.DOCUMENT_NAME:
            text = _("Le nom « %(what)s » contient ce qui ressemble à un numéro de Sécurité sociale.")
            return Doubt(text % words)
        case Code.NIR, _where:
            text = _("L’objet contient ce qui ressemble à un numéro de Sécurité sociale : « %(what)s ».")
            return Doubt(text % words, "subject")
        case Code.BIRTH, Where.DOCUMENT_NAME:
            return Doubt(
                _("Le nom d’un document contient ce qui ressemble à une date de naissance : « %(what)s ».") % words
            )
        case Code.BIRTH, _where:
            text = _("L’objet contient ce qui ressemble à une date de naissance : « %(what)s ».")
            return Doubt(text % words, "subject")
        case Code.MISSING_DOCUMENT, _where:
            return Doubt(_("Vous écrivez « %(what)s », et aucun document n’est joint.") % words, "file")
        case _code, _where:
            return Doubt(_near(warning), "to")


def token(draft: UUID, warnings: tuple[Warning, ...]) -> str:
    """The same for the same doubts about the same draft."""
    told = "\n".join(sorted(f"{warning.code}/{warning.where}/{warning.what}" for warning in warnings))
    return Signer(salt="sceau.web.doubts").signature(f"{draft}\n{told}")


def _near(warning: Warning) -> str:
    if warning.near is None:
        return _("Vous n’avez jamais écrit à %(what)s.") % {"what": warning.what}
    text = _("Vous n’avez jamais écrit à %(what)s. Pensiez-vous à %(name)s (%(address)s) ?")
    return text % {"what": warning.what, "name": warning.near.name, "address": warning.near.address}
