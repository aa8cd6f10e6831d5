"""Browsers that completed a login: a new one is told to the person."""

import re
from datetime import datetime

from sceau.accounts import hashing
from sceau.accounts.models import Device, Person
from sceau.core import random

_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"),
             ("Chrome", "Chrome"), ("Safari", "Safari"))  # fmt: skip
_SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
            ("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux"))  # fmt: skip


def describe(user_agent: str) -> str:
    """ "Firefox, Linux": a name for people, from what the browser says of itself; proves nothing."""
    browser = next((name for mark, name in _BROWSERS if re.search(rf"\b{mark}/", user_agent)), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return ", ".join(part for part in (browser, system) if part)


def new_token() -> str:
    """What the browser keeps to be recognised."""
    return random.token()


def remember(person: Person, token: str, *, at: datetime) -> bool:
    """Note that this browser completed a login. True when it had done so before, or when it is the very first."""
    row = hashing.of_token("device", token, person.id)
    if Device.objects.filter(id=row).update(seen_at=at):
        return True
    first_ever = not Device.objects.filter(person=person).exists()
    Device.objects.bulk_create(
        [Device(id=row, person=person, first_seen_at=at, seen_at=at)],
        ignore_conflicts=True,  # two tabs finishing one login
    )
    return first_ever
