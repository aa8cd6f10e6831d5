"""A demonstration of its own, its roles signed in at a browser: what pictures and measurements of pages stand on."""

import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import BrowserContext, Page

from sceau.demo.cast import Player

SCEAU = Path(sys.executable).with_name("sceau")
_SECONDS = 120  # to make keys, accounts and letters


@contextmanager
def running() -> Iterator[int]:
    """The port of a demonstration that ends, with all it holds, when this does."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    process = subprocess.Popen([SCEAU, "demo", "--port", str(port)], stdout=subprocess.PIPE)
    try:
        _wait(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + _SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://localhost:{port}/sante/pret", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.5)
    raise SystemExit("the demonstration did not start")


def address(player: Player, port: int) -> str:
    return f"http://{player.handle}.localhost:{port}"


def sign_in(context: BrowserContext, player: Player, port: int) -> Page:
    """A page that shows what this player received; the code is read from the page of everybody's mails."""
    page = context.new_page()
    known = _codes(player, port)
    page.goto(f"{address(player, port)}/connexion")
    page.fill("[name=address]", player.email)
    page.fill("[name=password]", player.password)
    page.locator("button.primary").click()
    page.wait_for_url("**/connexion/code*")
    page.fill("[name=code]", _new_code(player, port, known))  # goes off at the sixth digit
    page.wait_for_url("**/recues")
    return page


def _new_code(player: Player, port: int, known: list[str]) -> str:
    for _ in range(100):
        if len(codes := _codes(player, port)) > len(known):
            return codes[0]
        time.sleep(0.1)
    raise SystemExit("no code came")


def _codes(player: Player, port: int) -> list[str]:
    """The newest first. Browsers know that every `*.localhost` is this machine; the system's resolver may not."""
    host = {"Host": f"courriels.localhost:{port}"}
    request = urllib.request.Request(f"http://127.0.0.1:{port}/?a={player.email}", headers=host)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return re.findall(r"\[(\d{6})\]", answer.read().decode())
