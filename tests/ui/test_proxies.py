"""Whose word counts about where a request comes from (design §5, attack 22's header side)."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory, override_settings

from sceau.ui.proxies import TrustedProxies


def seen(peer: str, *trusted: str, **headers: str) -> HttpRequest:
    kept: list[HttpRequest] = []

    def view(request: HttpRequest) -> HttpResponse:
        kept.append(request)
        return HttpResponse()

    with override_settings(SCEAU_TRUSTED_PROXIES=list(trusted)):
        request = RequestFactory().get("/")
        request.META.update({"REMOTE_ADDR": peer, **headers})
        TrustedProxies(view)(request)
    return kept[0]


def test_a_stranger_cannot_choose_his_address() -> None:
    request = seen("203.0.113.9", HTTP_X_FORWARDED_FOR="198.51.100.1", HTTP_X_FORWARDED_PROTO="https")
    assert request.META["REMOTE_ADDR"] == "203.0.113.9"
    assert not request.is_secure()
    assert "HTTP_X_FORWARDED_FOR" not in request.META


def test_a_trusted_proxy_says_who_called_it() -> None:
    request = seen("10.0.0.1", "10.0.0.0/8", HTTP_X_FORWARDED_FOR="198.51.100.1", HTTP_X_FORWARDED_PROTO="https")
    assert request.META["REMOTE_ADDR"] == "198.51.100.1"
    assert request.is_secure()


def test_what_the_client_wrote_before_the_proxy_does_not_count() -> None:
    request = seen("10.0.0.1", "10.0.0.0/8", HTTP_X_FORWARDED_FOR="127.0.0.1, 198.51.100.1, 10.0.0.7")
    assert request.META["REMOTE_ADDR"] == "198.51.100.1"


@pytest.mark.parametrize("garbage", ["", "unknown", "198.51.100.1:80", "<script>", "1.2.3.4, unknown"])
def test_garbage_leaves_the_proxy_as_the_client(garbage: str) -> None:
    request = seen("10.0.0.1", "10.0.0.1", HTTP_X_FORWARDED_FOR=garbage)
    assert request.META["REMOTE_ADDR"] == "10.0.0.1"


def test_ipv6_and_mapped_addresses_are_understood() -> None:
    assert seen("::1", "::1", HTTP_X_FORWARDED_FOR="2001:db8::7").META["REMOTE_ADDR"] == "2001:db8::7"
    assert (
        seen("::ffff:10.0.0.1", "10.0.0.1", HTTP_X_FORWARDED_FOR="198.51.100.1").META["REMOTE_ADDR"] == "198.51.100.1"
    )


def test_the_host_is_never_forwarded() -> None:
    request = seen("10.0.0.1", "10.0.0.1", HTTP_X_FORWARDED_HOST="evil.example", HTTP_HOST="localhost")
    assert request.get_host() == "localhost"
    assert "HTTP_X_FORWARDED_HOST" not in request.META


def test_a_proxy_that_is_no_address_stops_the_start() -> None:
    with pytest.raises(ImproperlyConfigured, match="SCEAU_TRUSTED_PROXIES"):
        seen("10.0.0.1", "nginx.local")
