"""The neutral words a notice may use for an envelope; its subject never leaves the vault (design §2, step 4)."""

from django.utils.translation import gettext_lazy as _

# The codes are those of envelopes.rules.Label; a test compares the two.
_NAMES = {
    "letter": _("courrier"),
    "report": _("compte rendu"),
    "prescription": _("ordonnance"),
    "results": _("résultats d’examens"),
    "imaging": _("imagerie"),
    "advice": _("avis demandé"),
    "appointment": _("rendez-vous"),
    "administrative": _("document administratif"),
}
CODES = tuple(_NAMES)


def name(code: str) -> str:
    """In the active language; empty for no label, and for one that a newer version queued."""
    return str(_NAMES.get(code, ""))
