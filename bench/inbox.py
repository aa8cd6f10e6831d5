"""The inbox of a mailbox that is full, and the search over it."""

import statistics
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from http.client import HTTPConnection
from io import BytesIO
from time import perf_counter
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from bench import mail, meters, server, stage
from bench.results import Result
from sceau import wsgi
from sceau.accounts.actor import Actor
from sceau.core import clock
from sceau.envelopes import search, summaries
from sceau.envelopes.models import Copy
from sceau.envelopes.search_index import alive
from sceau.vault.keyring import Keys
from sceau.vault.sessions import COOKIE

_ROUNDS = 60
_SECONDS, _BROWSERS = 8, 4
_ROUNDCUBE = 87  # requests a second, Roundcube 1.6 as Debian has it, on a machine like this


def inbox_10k(claire: Actor, marc: Actor, *, database: str) -> Iterator[Result]:
    """The list of received envelopes at 10,000: in process, then over HTTP from two processes."""
    reader = stage.join("lecteur")
    mail.deliver(10_000, claire, reader, letters=False)
    yield _page("inbox_10k", reader)
    yield _rate(reader)


def inbox_100k(claire: Actor, marc: Actor, *, database: str) -> Result:
    reader = stage.join("lectrice")
    mail.deliver(100_000, claire, reader, letters=False)
    return _page("inbox_100k", reader)


def search_10k(claire: Actor, marc: Actor, *, database: str) -> Result:
    """Words of opened letters, and beginnings of subjects, each looked for in 10,000 envelopes."""
    reader = stage.join("chercheuse")
    mail.deliver(10_000, claire, reader, letters=True)
    by, first = _again(reader), perf_counter()
    found = search.find("bilan", by=by, at=clock.now())
    first, rounds = perf_counter() - first, 1
    while not found.is_complete:
        found = search.find("bilan", by=_again(reader), at=clock.now())
        rounds += 1
    times = sorted(meters.seconds(partial(_find, word, reader)) for word in _questions(reader))
    extra = {"median": round(1000 * statistics.median(times), 1), "first_ms": round(1000 * first), "rounds": rounds}
    return Result("search_10k", 1000 * times[int(len(times) * 0.95)], "ms", "asked at most, p95", 500, extra, "less")


def _questions(reader: Actor) -> list[str]:
    """Five a word that is there: the word, its beginnings, two together."""
    words = [word for copy in alive(reader).order_by("?")[:8] for word in _subject(copy, reader).split()]
    return [question for word in words for question in (word, word[:3], word[:4], f"{word[:3]} {words[0]}", "zzz")]


def _subject(copy: Copy, reader: Actor) -> str:
    return summaries.summary(copy, reader.keys).subject


def _find(word: str, reader: Actor) -> None:
    search.find(word, by=_again(reader), at=clock.now())


def _again(reader: Actor) -> Actor:
    """As another request has it: no key opened yet."""
    return replace(reader, keys=Keys(reader.keys.principal_id, reader.keys.own_seed()))


def _page(name: str, reader: Actor) -> Result:
    """Milliseconds of the whole request: middleware, session, keys, list, template."""
    ask = _Browser(server.sign_in(reader))
    first = meters.seconds(ask)
    with CaptureQueriesContext(connection) as asked:
        ask()
        queries = len(asked)  # the next request forgets them
    middle = statistics.median(meters.seconds(ask) for _ in range(_ROUNDS))
    extra = {"queries": queries, "first_ms": round(1000 * first, 1), "kb": round(ask.size / 1024, 1)}
    return Result(name, 1000 * middle, "ms", "asked at most", 30, extra, "less")


class _Browser:
    """GET /recues through the WSGI application, in this process."""

    def __init__(self, cookie: str) -> None:
        self.cookie, self.size = cookie, 0

    def __call__(self) -> None:
        status = ""

        def start(said: str, _headers: object, _error: object = None) -> Callable[[bytes], object]:
            nonlocal status
            status = said
            return len

        answer = wsgi.application(self._environ(), start)
        self.size = sum(map(len, answer))
        if isinstance(answer, HttpResponse):
            answer.close()
        assert status.startswith("200"), status

    def _environ(self) -> dict[str, Any]:
        return {
            "REQUEST_METHOD": "GET", "PATH_INFO": "/recues", "QUERY_STRING": "", "SERVER_NAME": "localhost",
            "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": settings.SCEAU_HOSTS[0], "HTTP_COOKIE": f"{COOKIE}={self.cookie}",
            "HTTP_ACCEPT_ENCODING": "gzip",
            "wsgi.input": BytesIO(), "wsgi.url_scheme": "http", "wsgi.errors": BytesIO(),
        }  # fmt: skip


def _rate(reader: Actor) -> Result:
    """Requests a second that two web processes answer to a few browsers that never rest."""
    cookie = server.sign_in(reader)
    with server.running() as (port, process):
        _drive(port, cookie, 6)  # what each thread loads, connects to and prepares once
        before = server.seconds(server.family(process))
        count = _drive(port, cookie, _SECONDS)
        spent = server.seconds(server.family(process)) - before
    extra = {"asked": 200, "cpu_ms": round(1000 * spent / count, 1)}
    return Result("inbox_rps", count / _SECONDS, "1/s", "Roundcube 1.6, measured beside", _ROUNDCUBE, extra)


def _drive(port: int, cookie: str, seconds: float) -> int:
    counts = [0] * _BROWSERS
    end = perf_counter() + seconds

    def browse(number: int) -> None:
        line = HTTPConnection("127.0.0.1", port)
        headers = {"Cookie": f"{COOKIE}={cookie}", "Host": settings.SCEAU_HOSTS[0], "Accept-Encoding": "gzip"}
        while perf_counter() < end:
            line.request("GET", "/recues", headers=headers)
            answer = line.getresponse()
            answer.read()
            assert answer.status == 200, answer.status
            counts[number] += 1

    threads = [threading.Thread(target=browse, args=(number,)) for number in range(_BROWSERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts)
