"""One return address a notice, so that whatever comes back names the notice it is about, and nobody else's.

    bounces+<notice, 32 hex digits>.<mac, 20 hex digits>@SCEAU_BOUNCE_DOMAIN

The mac keeps strangers from ending notices whose return address they never saw.
"""

import hmac
import re
from uuid import UUID

from django.conf import settings

from sceau.core.errors import NotFound

_FORM = re.compile(r"bounces\+([0-9a-f]{32})\.([0-9a-f]{20})@(.+)")


def address(notice: UUID) -> str:
    """61 octets of local part (RFC 5321 §4.5.3.1.1 allows 64)."""
    return f"bounces+{notice.hex}.{_mac(notice)}@{settings.SCEAU_BOUNCE_DOMAIN}"


def notice(address: str) -> UUID:
    """The notice whose return address this is. Raises NotFound for any other address."""
    found = _FORM.fullmatch(address.strip().strip("<>").lower())
    if not found or found[3] != settings.SCEAU_BOUNCE_DOMAIN.lower():
        raise NotFound
    id = UUID(hex=found[1])
    if not hmac.compare_digest(_mac(id), found[2]):
        raise NotFound
    return id


def _mac(notice: UUID) -> str:
    return hmac.digest(settings.SECRET_KEY.encode(), b"sceau/bounce/1" + notice.bytes, "sha256").hex()[:20]
