"""What rows keep instead of codes, addresses and tokens.

Keyed tags are made with the installation's SECRET_KEY, so that counters and codes mean nothing to whoever holds the
database alone. No key here opens anything sealed.
"""

import hashlib
import hmac
from functools import cache

from django.conf import settings

from sceau.core import kdf
from sceau.core.encoding import Part, labelled

_LABEL = b"sceau/accounts/1"


def keyed(purpose: str, *parts: Part) -> bytes:
    """HMAC-SHA256 of `parts`, encoded so that they cannot run together, under the purpose's own key."""
    return hmac.digest(_key(purpose, settings.SECRET_KEY), labelled(_LABEL, purpose, *parts), "sha256")


def of_token(purpose: str, token: str, *context: Part) -> bytes:
    """SHA-256 of a token of 256 random bits: it names a row, and the token cannot come back from it."""
    return hashlib.sha256(labelled(_LABEL, purpose, token.encode(), *context)).digest()


@cache
def _key(purpose: str, secret: str) -> bytes:
    return kdf.derive(secret.encode(), labelled(_LABEL, purpose))
