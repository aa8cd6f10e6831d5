"""The addresses a mail may carry: pages of this site, where a GET changes nothing (attack 25).

A foundation cannot ask the URL table; a test compares these paths with it.
"""

from uuid import UUID

from django.conf import settings

HOME = "/"
HELP = "/aide"
SWITCHES = "/compte/notifications"
RECEIVED = "/recues"
SENT = "/envoyees"


def page(path: str) -> str:
    return f"{settings.SCEAU_PUBLIC_URL}{path}"


def envelope(copy: UUID) -> str:
    """The page of one copy: it shows who and when; opening is a button there."""
    return page(f"/enveloppes/{copy}")


def is_ours(link: str) -> bool:
    return link.startswith(f"{settings.SCEAU_PUBLIC_URL}/")
