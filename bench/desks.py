"""Open desks that receive nothing, and a web process that works all day: on a server as `sceau up` runs it."""

import asyncio
import http.client
import subprocess
import time
from pathlib import Path

from bench import server, stage
from bench.results import Result
from sceau.accounts.actor import Actor
from sceau.envelopes.models import Draft
from sceau.vault import sessions

_DESKS, _EVERY, _ROUNDS = 500, 4.0, 5  # seconds; what js/arrivals.js does in a visible tab
_FIRST, _LAST = 2_000, 10_000  # requests
_LETTERS = 20


def idle_desks(claire: Actor, marc: Actor, *, database: str) -> Result:
    """The memory that 500 of them add, in MB, and beside it the share of one core that they take."""
    cookies = [server.sign_in(actor) for actor in (claire, marc) for _ in range(_DESKS // 2)]
    with server.running() as (port, process):
        known: dict[str, str] = {}
        asyncio.run(_ask(port, cookies, known, rounds=1, every=_EVERY))  # since when each desk is open
        before, spent, spent_there = (
            _memory(process),
            server.seconds(server.family(process)),
            server.seconds(server.backends()),
        )
        begun = time.perf_counter()
        asyncio.run(_ask(port, cookies, known, rounds=_ROUNDS, every=_EVERY))
        lasted = time.perf_counter() - begun
        used, used_there = (
            server.seconds(server.family(process)) - spent,
            server.seconds(server.backends()) - spent_there,
        )
        grown = _memory(process) - before
        extra = {
            "core_share": round((used + used_there) / lasted, 3),
            "poll_ms": round(1000 * (used + used_there) / (_DESKS * _ROUNDS), 3),
            "server_mb": round(_memory(process)),
        }
    return Result("idle_desks", max(grown, 0.1), "MB", "added by 500 desks, at 10 % of a core", 150, extra, "less")


def web_memory(claire: Actor, marc: Actor, *, database: str) -> Result:
    """By how much a web process grows from its 2,000th request to its 10,000th: lists, letters, documents, settings."""
    envelopes = [stage.seal(_with_document(claire, marc), claire) for _ in range(_LETTERS)]
    copies = [stage.received(envelope, marc) for envelope in envelopes]
    for copy in copies:
        stage.open_copy(copy, marc)
    letters = [f"/enveloppes/{copy.id}" for copy in copies]
    paths = ["/recues", "/nouvelles", *letters, *(f"{letter}/documents/2" for letter in letters), "/compte/activite"]
    with server.running(processes=1) as (port, process):
        line = http.client.HTTPConnection("127.0.0.1", port)
        headers = {"Host": "localhost", "Cookie": f"{sessions.COOKIE}={server.sign_in(marc)}"}
        early = 0.0
        for number in range(_LAST):
            line.request("GET", paths[number % len(paths)], headers=headers)
            answer = line.getresponse()
            answer.read()
            assert answer.status == 200, (paths[number % len(paths)], answer.status)
            if number + 1 == _FIRST:
                early = _memory(process)
        late = _memory(process)
    extra = {"after_2000_mb": round(early, 1), "after_10000_mb": round(late, 1)}
    return Result("web_memory", max(late - early, 0.1), "MB", "growth over 8,000 requests", 8, extra, "less")


def _with_document(claire: Actor, marc: Actor) -> Draft:
    draft = stage.draft(claire, marc)
    stage.attach(draft, 200_000)
    return stage.found(draft, claire)


async def _ask(port: int, cookies: list[str], known: dict[str, str], *, rounds: int, every: float) -> None:
    """Each desk asks once a round, over a connection of its own, at its own moment. `known`: the tags it was told."""
    steps = (_desk(port, cookie, known, rounds, every, number / len(cookies)) for number, cookie in enumerate(cookies))
    await asyncio.gather(*steps)


async def _desk(port: int, cookie: str, known: dict[str, str], rounds: int, every: float, phase: float) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    begun = time.monotonic()
    for turn in range(rounds):
        await asyncio.sleep(max(begun + (turn + phase) * every - time.monotonic(), 0))
        tag = known.get(cookie, "")
        asked = f"If-None-Match: {tag}\r\n" if tag else ""
        writer.write(
            f"GET /nouvelles HTTP/1.1\r\nHost: localhost\r\nCookie: {sessions.COOKIE}={cookie}\r\n"
            f"X-Sceau-Poll: 1\r\nAccept: application/json\r\n{asked}\r\n".encode()
        )
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        if not tag:
            await reader.readuntil(b"}")  # of the JSON
        assert f"HTTP/1.1 {304 if tag else 200}" in head, head
        known[cookie] = next(line[6:] for line in head.splitlines() if line.lower().startswith("etag: "))
    writer.close()


def _memory(process: subprocess.Popen[bytes]) -> float:
    texts = (Path(f"/proc/{pid}/status").read_text() for pid in server.family(process))
    lines = (line for text in texts for line in text.splitlines() if line.startswith("VmRSS:"))
    return sum(int(line.split()[1]) for line in lines) / 1024
