"""A line that breaks three times, and a server that dies, under a document of 39 MB: it goes on where it was."""

import hashlib
import re
import socket
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from tests import deployment, parts
from tests.attacks.visitor import Account, Answer, sign_up
from tests.deployment import Deployment

pytestmark = [pytest.mark.attack(38), pytest.mark.timeout(300), pytest.mark.slow]

SIZE = 39_000_000
MEGABYTE = 1_000_000
DOCUMENT = hashlib.shake_256(b"39 MB").digest(SIZE)
MARC = "marc.benali@exemple.fr"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Deployment]:
    with deployment.deployed(tmp_path, parts.settings_of_servers(tmp_path)) as running:
        yield running


class Sender:
    """What the page's script does, with a line of its own."""

    def __init__(self, claire: Account, draft: str) -> None:
        self.claire, self.visitor = claire, claire.visitor
        self.token = self.visitor.token(draft)
        answer = self._ask("POST", f"{draft}/morceaux", **self._name("Échographie.pdf"))
        assert answer.status == 201, answer.text
        self.place = answer.location

    def kept(self) -> int:
        answer = self._ask("HEAD", self.place)
        assert answer.status == 204
        assert answer.headers["upload-length"] == str(SIZE)
        return int(answer.headers["upload-offset"])

    def go_on(self, offset: int) -> Answer:
        body = [DOCUMENT[start : start + 65_536] for start in range(offset, SIZE, 65_536)]
        return self._ask("PATCH", self.place, body, **self._at(offset))

    def break_off(self, offset: int, octets: int, *, rudely: bool) -> None:
        """Promise the rest of the document, send some of it, and be gone."""
        headers = {
            "host": f"localhost:{self.visitor.site.port}",
            "cookie": "; ".join(f"{name}={value}" for name, value in self.visitor.cookies.items()),
            "content-length": str(SIZE - offset),
            "x-csrftoken": self.token,
            "accept": "application/json",
            **self._at(offset),
        }
        head = f"PATCH {self.place} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        line = socket.create_connection(("127.0.0.1", self.visitor.site.port))
        line.sendall(f"{head}\r\n".encode() + DOCUMENT[offset : offset + octets])
        if rudely:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        line.close()

    def settled(self, *, above: int) -> int:
        """What is kept, more than `above`, once the server has noticed that nothing more comes."""
        before, end = -1, time.monotonic() + 60
        while time.monotonic() < end:
            if (now := self.kept()) == before and now > above:  # a busy server has not begun to read yet
                return now
            before = now
            time.sleep(1)
        raise AssertionError("the server still waits for what will not come")

    def _ask(self, method: str, path: str, body: list[bytes] | None = None, **headers: str) -> Answer:
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.visitor.ask(
            method, path, body or [], {"accept": "application/json", "x-csrftoken": self.token, **told}
        )

    def _name(self, name: str) -> dict[str, str]:
        return {"upload_length": str(SIZE), "upload_name": quote(name), "upload_type": "application/pdf"}

    def _at(self, offset: int) -> dict[str, str]:
        return {"content-type": "application/offset+octet-stream", "upload-offset": str(offset)}


def test_39_megabytes_arrive_over_a_line_that_breaks_three_times(site: Deployment) -> None:
    claire, marc = (
        sign_up(site, "claire.vasseur@exemple.fr", "Claire", "Vasseur"),
        sign_up(site, MARC, "Marc", "Benali"),
    )
    claire.sign_in()
    draft = claire.visitor.get("/rediger").location
    sender = Sender(claire, draft)

    sender.break_off(0, 13 * MEGABYTE, rudely=False)
    first = sender.settled(above=8 * MEGABYTE)
    assert 8 * MEGABYTE < first <= 13 * MEGABYTE

    sender.break_off(first, 9 * MEGABYTE, rudely=True)
    second = sender.settled(above=first)
    assert second > first

    acknowledged = second
    sender.break_off(second, 9 * MEGABYTE, rudely=False)
    site.kill()  # every process, wherever it was
    site.start("up")
    site.wait_ready()
    third = sender.kept()
    assert third >= acknowledged

    wrong = sender.go_on(third - 1)
    assert (wrong.status, wrong.headers["upload-offset"]) == (409, str(third))
    whole = sender.go_on(third)
    assert whole.status == 200, whole.text
    assert "Échographie.pdf" in whole.text
    assert sender.go_on(SIZE).status == 200  # who got no answer asks again

    form = {"to": MARC, "subject": "Imagerie", "body": "Bonjour.", "revision": "0"}
    sealed = claire.visitor.post(f"{draft}/sceller", form, page=draft)
    assert sealed.status == 303, sealed.text
    marc.sign_in()
    page = marc.visitor.get("/recues").text
    (copy,) = set(re.findall(r'href="/enveloppes/([0-9a-f-]{36})"', page))
    assert marc.visitor.post(f"/enveloppes/{copy}/ouvrir", page=f"/enveloppes/{copy}").status in (200, 303)
    document = marc.visitor.get(f"/enveloppes/{copy}/documents/2")
    assert hashlib.sha256(document.body).digest() == hashlib.sha256(DOCUMENT).digest()
