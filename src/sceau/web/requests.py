"""What a request carries once SessionMiddleware has seen it, and what the visitor's browser says of itself."""

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest

from sceau.accounts import devices, rates
from sceau.accounts.actor import Actor
from sceau.accounts.models import Person
from sceau.vault.sessions import Found


class Request(HttpRequest):
    """Any request: perhaps somebody is signed in."""

    found: Found | None
    actor: Actor | None
    trouble: OperationalError | InterfaceError | None  # the database did not say who this is: see web.sessions
    locked_person: Person | None  # whose theme the lock's page has


class SignedIn(HttpRequest):
    """A request that passed `signed_in`."""

    found: Found
    actor: Actor


class SignedInOrLocked(HttpRequest):
    """A request that passed `signed_in(…, locked_ok=True)`: one of `actor` and `locked_person` is there."""

    found: Found
    actor: Actor | None
    locked_person: Person | None


def is_human(request: HttpRequest) -> bool:
    """Does a person act (V7)? Polls, prefetches, HEAD and the pieces of an upload keep no session alive."""
    if request.method in ("HEAD", "OPTIONS", "PATCH") or "X-Sceau-Poll" in request.headers:
        return False
    purposes = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    return "prefetch" not in purposes and "preview" not in purposes


def is_script(request: HttpRequest) -> bool:
    """One of our scripts asks, and wants JSON where a person would get a page."""
    return request.headers.get("Accept", "").startswith("application/json")


def is_fragment(request: HttpRequest) -> bool:
    """htmx asks for the part of a page that it will put in place."""
    return "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers


def device_of(request: HttpRequest) -> str:
    return devices.describe(request.headers.get("User-Agent", ""))


def network_of(request: HttpRequest) -> str:
    """TrustedProxies has already put the client's own address there."""
    return rates.network(request.META.get("REMOTE_ADDR", ""))
