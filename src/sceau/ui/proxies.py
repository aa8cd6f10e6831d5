"""Forwarded headers count only when a proxy we trust added them (design §5).

The client is the last address of X-Forwarded-For that is not one of our proxies: what stands further left was
written by the client itself. X-Forwarded-Proto is believed from the same proxies, so that Secure cookies and
same-origin checks see https. X-Forwarded-Host is never read: the host is Host, checked by ALLOWED_HOSTS.
"""

import ipaddress
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.http.response import HttpResponseBase

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class TrustedProxies:
    """Raises ImproperlyConfigured at start when SCEAU_TRUSTED_PROXIES holds anything but addresses and networks."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.trusted = _networks(settings.SCEAU_TRUSTED_PROXIES)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        forwarded_for = request.META.pop("HTTP_X_FORWARDED_FOR", "")
        scheme = self.scheme(request.META)
        request.META.pop("HTTP_X_FORWARDED_PROTO", None)
        request.META.pop("HTTP_X_FORWARDED_HOST", None)
        request.META.pop("HTTP_FORWARDED", None)
        if self._trusts(request.META.get("REMOTE_ADDR", "")):
            request.META["REMOTE_ADDR"] = self._client(request.META["REMOTE_ADDR"], forwarded_for)
            request.META["wsgi.url_scheme"] = scheme
            request.environ["wsgi.url_scheme"] = scheme  # type: ignore[attr-defined]  # WSGIRequest
        return self.get_response(request)

    def scheme(self, meta: Mapping[str, Any]) -> str:
        """How the client came: as a proxy that we trust says it, otherwise as the connection is. `meta` as in WSGI."""
        said = meta.get("HTTP_X_FORWARDED_PROTO", "")
        believed = said in ("http", "https") and self._trusts(meta.get("REMOTE_ADDR", ""))
        return str(said if believed else meta.get("wsgi.url_scheme", "http"))

    def _client(self, peer: str, forwarded_for: str) -> str:
        client = peer
        for hop in reversed(forwarded_for.split(",")):
            if _address(hop) is None:
                return client
            client = str(_address(hop))
            if not self._trusts(client):
                return client
        return client

    def _trusts(self, text: str) -> bool:
        address = _address(text)
        return address is not None and any(address in network for network in self.trusted)


def _networks(texts: Iterable[str]) -> tuple[_Network, ...]:
    try:
        return tuple(ipaddress.ip_network(text) for text in texts)
    except ValueError as error:
        raise ImproperlyConfigured(f"SCEAU_TRUSTED_PROXIES: {error}") from error


def _address(text: str) -> _Address | None:
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
