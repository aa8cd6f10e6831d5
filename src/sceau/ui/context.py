"""What every template may read about the product itself."""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from sceau.accounts import people
from sceau.accounts.actor import Actor
from sceau.ui import flash

_STATIC = Path(__file__).parent / "static"


@dataclass(frozen=True, slots=True)
class Product:
    operator: str
    demo: bool
    idle_minutes: int
    password_length: int
    help_phone: str
    help_mail: str
    help_hours: str
    dpo_mail: str


def product(request: HttpRequest) -> dict[str, object]:
    """Context processor. `flash` counts as shown only once a template looks at it.

    `reader`: whose theme and text size the page has, at the lock too. `here`: the page to come back to after a lock; a
    view that answers a POST with a page names another one.
    """
    actor: Actor | None = getattr(request, "actor", None)
    return {
        "product": _product(),
        "flash": SimpleLazyObject(lambda: flash.read(request) or ""),
        "reader": actor.person if actor else getattr(request, "locked_person", None),
        "may_write": actor is not None and people.may_write(actor.person),
        "here": request.get_full_path(),
    }


def _product() -> Product:
    return Product(
        operator=settings.SCEAU_OPERATOR,
        demo=settings.SCEAU_DEMO,
        idle_minutes=settings.SCEAU_IDLE_MINUTES,
        password_length=settings.SCEAU_PASSWORD_LENGTH,
        help_phone=settings.SCEAU_HELP_PHONE,
        help_mail=settings.SCEAU_HELP_MAIL,
        help_hours=settings.SCEAU_HELP_HOURS,
        dpo_mail=settings.SCEAU_DPO_MAIL,
    )


@cache
def static_version() -> str:
    """Changes when any static file does: static addresses carry it, so browsers may keep them for ever."""
    digest = hashlib.sha256()
    for path in sorted(_STATIC.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(_STATIC).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]
