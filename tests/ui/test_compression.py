"""What leaves is small, and what must not change on its way does not."""

import gzip
import re
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory

from sceau.ui import compression
from sceau.ui.compression import Compression
from sceau.ui.context import static_version

TAKES = {"Accept-Encoding": "gzip, deflate, br"}


def answer(response: HttpResponse | StreamingHttpResponse, takes: str = "gzip") -> HttpResponse | StreamingHttpResponse:
    request = RequestFactory().get("/", headers={"Accept-Encoding": takes})
    found = Compression(lambda _request: response)(request)
    assert isinstance(found, HttpResponse | StreamingHttpResponse)
    return found


def test_a_page_travels_compressed(db: None) -> None:
    plain = Client().get("/aide")
    packed = Client().get("/aide", headers=TAKES)
    assert packed["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed["Vary"]
    assert len(packed.content) < len(plain.content) / 2
    assert gzip.decompress(packed.content)[:15] == b"<!doctype html>"
    assert packed["Content-Length"] == str(len(packed.content))


def test_who_does_not_take_it_gets_the_plain_page(db: None) -> None:
    plain = Client().get("/aide")
    assert "Content-Encoding" not in plain
    assert "Accept-Encoding" in plain["Vary"]


def test_the_length_of_a_page_is_blurred() -> None:
    lengths = {len(answer(HttpResponse(b"<p>" + b"x" * 4000, content_type="text/html")).content) for _ in range(40)}
    assert len(lengths) > 10


def test_a_download_leaves_as_it_is() -> None:
    file = HttpResponse(b"%PDF" * 1000, content_type="application/pdf")
    assert answer(file).content == b"%PDF" * 1000
    stream = StreamingHttpResponse(iter([b"<p>" * 2000]), content_type="text/html")
    assert b"".join(answer(stream)) == b"<p>" * 2000


def test_compressing_twice_is_compressing_once() -> None:
    request = RequestFactory().get("/", headers={"Accept-Encoding": "gzip"})
    response = HttpResponse("é" * 4000, content_type="text/html; charset=utf-8")
    compression.compress(request, response)
    once = response.content
    compression.compress(request, response)
    assert response.content == once


class Asking:
    """Asks for files, and closes them at the end, as a server does."""

    def __init__(self, open_: ExitStack) -> None:
        self._open = open_

    def __call__(self, address: str, method: str = "get", **headers: str) -> HttpResponse:
        answer: HttpResponse = getattr(Client(), method)(address, headers=headers)
        self._open.callback(answer.close)
        return answer


@pytest.fixture
def ask() -> Iterator[Asking]:
    with ExitStack() as stack:
        yield Asking(stack)


@pytest.mark.django_db
class TestStaticFiles:
    @pytest.mark.parametrize("name", ["sceau.css", "icons.svg", "vendor/htmx/htmx.min.js"])
    def test_they_travel_compressed_and_are_kept_for_ever(self, name: str, ask: Asking) -> None:
        address = f"/static/ui/{name}?v={static_version()}"
        plain, packed = ask(address), ask(address, **TAKES)
        assert gzip.decompress(packed.getvalue()) == plain.getvalue()
        assert packed["Content-Encoding"] == "gzip"
        assert "Content-Encoding" not in plain
        for answer in (plain, packed):
            assert "immutable" in answer["Cache-Control"]
            assert re.search(r"max-age=\d{9}", answer["Cache-Control"])
            assert "Accept-Encoding" in answer["Vary"]

    def test_without_a_version_they_are_asked_for_again(self, ask: Asking) -> None:
        """As one module asks for another."""
        assert ask("/static/ui/js/rows.js")["Cache-Control"] == "no-cache"

    def test_asking_for_the_head_or_for_news_sends_no_body(self, ask: Asking) -> None:
        head = ask("/static/ui/sceau.css", "head", **TAKES)
        assert head.getvalue() == b""
        tag = ask("/static/ui/sceau.css")["ETag"]
        assert ask("/static/ui/sceau.css", **TAKES, **{"If-None-Match": tag}).status_code == 304
