"""What rows keep instead of codes, addresses and tokens.

Tags are made with the installation's SECRET_KEY, so that counters and codes mean nothing to whoever holds the database
alone, and who writes to it makes no row that a link of his own would find (attack 32). No key here opens anything
sealed.
"""

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
    """Of a token of 256 random bits: it names a row, and the token cannot come back from it."""
    return keyed(f"token-{purpose}", token.encode(), *context)


@cache
def _key(purpose: str, secret: str) -> bytes:
    return kdf.derive(secret.encode(), labelled(_LABEL, purpose))
