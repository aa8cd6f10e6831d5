"""`sceau demo`: one command, every role, and nothing left behind."""

import os
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from sceau.demo import cast
from tests.deployment import SCEAU, free_port

pytestmark = pytest.mark.timeout(300)


class Demonstration:
    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.folder = folder
        environment = {name: value for name, value in os.environ.items() if not name.startswith("SCEAU_")}
        self.process = subprocess.Popen(
            [SCEAU, "demo", "--port", str(self.port)],
            env={**environment, "TMPDIR": str(folder)},
            stdout=subprocess.PIPE,
            text=True,
        )

    def get(self, host: str, path: str = "/") -> str:
        """A page, as a browser that resolves every *.localhost to this machine."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers={"Host": f"{host}:{self.port}"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            page: str = answer.read().decode()
            return page

    def wait(self, seconds: float = 100) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                self.get("localhost", "/sante/pret")
                return
            except OSError:  # refused, reset, or silent while the machine is busy
                assert self.process.poll() is None
                time.sleep(0.2)
        raise AssertionError("the demonstration did not start")


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    """One for all; the last test ends it."""
    begun = Demonstration(tmp_path_factory.mktemp("demo"))
    begun.wait()
    yield begun
    if begun.process.poll() is None:
        begun.process.terminate()
        begun.process.communicate(timeout=40)


def test_every_role_has_its_host_and_its_mails(demonstration: Demonstration) -> None:
    for player in cast.EVERYBODY:
        assert "Mot de passe" in demonstration.get(f"{player.handle}.localhost", "/connexion")
    mails = wait_for(demonstration, cast.MARC.email)
    assert "vous a adressé une enveloppe" in mails
    assert "contrôle de M. Henri" not in mails  # never the content


def wait_for(demonstration: Demonstration, address: str) -> str:
    """The page of the mails, once this address has one."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        page = demonstration.get("courriels.localhost", f"/?a={address}")
        if f"à {address}" in page:
            return page
        time.sleep(0.2)
    raise AssertionError(f"no mail for {address}")


def test_the_mails_are_on_no_other_host(demonstration: Demonstration) -> None:
    assert "Courriels ordinaires" not in demonstration.get("claire.localhost", "/connexion")
    with pytest.raises(urllib.error.HTTPError) as refusal:
        demonstration.get("sceau.exemple.fr")
    assert refusal.value.code == 400
    refusal.value.close()


def test_a_port_in_use_is_said(demonstration: Demonstration) -> None:
    second = subprocess.run(
        [SCEAU, "demo", "--port", str(demonstration.port)], capture_output=True, text=True, timeout=30
    )
    assert second.returncode == 1
    assert f"--port {demonstration.port + 10}" in second.stderr


def test_it_tells_the_way_and_leaves_nothing(demonstration: Demonstration) -> None:
    demonstration.process.send_signal(signal.SIGINT)
    said, _ = demonstration.process.communicate(timeout=40)
    assert demonstration.process.returncode == 0
    assert all(player.email in said for player in cast.EVERYBODY)
    assert cast.CLAIRE.password in said
    assert re.search(r"verify \S+ --message \S+ --trust \S+operator.pem", said)
    assert not list(demonstration.folder.iterdir())
