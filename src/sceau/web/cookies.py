"""Our two cookies. `__Host-`: Secure, this host only, path /, so that no sibling host can plant one (attack 29)."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse

from sceau.vault.sessions import COOKIE as SESSION

DEVICE = "__Host-sceau-device"
_DEVICE_LIFE = timedelta(days=365)


def session(request: HttpRequest) -> str:
    return request.COOKIES.get(SESSION, "")


def set_session(response: HttpResponse, cookie: str) -> None:
    """Until the browser closes; the server decides when it ends before."""
    response.set_cookie(SESSION, cookie, secure=True, httponly=True, samesite="Lax")


def drop_session(response: HttpResponse) -> None:
    response.delete_cookie(SESSION, samesite="Lax")


def device(request: HttpRequest) -> str:
    return request.COOKIES.get(DEVICE, "")


def set_device(response: HttpResponse, token: str) -> None:
    response.set_cookie(DEVICE, token, max_age=_DEVICE_LIFE, secure=True, httponly=True, samesite="Lax")
