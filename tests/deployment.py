"""A whole installation on loopback, as an operator runs it: keys, `sceau up`, a real relay that keeps the mails.

Stories, crash tables and the canary use it. Settings come from the environment of the child processes alone, so that a
deployment shares nothing with the test process but the network and, for assertions, its folders.
"""

import contextlib
import itertools
import os
import random
import re
import secrets
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests import prepared
from tests.prepared import Places

SCEAU = str(Path(sys.executable).with_name("sceau"))
PASSPHRASE = "phrase de garde des essais"


class Mails:
    """An SMTP relay on loopback that accepts everything and remembers it in order."""

    def __init__(self) -> None:
        self.raw: list[tuple[float, str, bytes]] = []
        self.port = free_port()
        self._controller: Controller | None = None

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        self.raw.extend((time.time(), recipient, envelope.content) for recipient in envelope.rcpt_tos)
        return "250 OK"

    def start(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, ready_timeout=60)
        self._controller.start()

    def stop(self) -> None:
        if self._controller:
            self._controller.stop(no_assert=True)

    def to(self, address: str) -> list[EmailMessage]:
        return [
            message
            for _, recipient, content in list(self.raw)
            if recipient == address
            and isinstance(message := message_from_bytes(content, policy=policy.default), EmailMessage)
        ]

    def wait(self, address: str, subject: str, *, after: int = 0, seconds: float = 60) -> EmailMessage:
        """The first mail to `address`, beyond the `after` first ones, whose subject matches the pattern."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for mail in self.to(address)[after:]:
                if re.search(subject, mail["Subject"]):
                    return mail
            time.sleep(0.05)
        seen = [mail["Subject"] for mail in self.to(address)]
        raise AssertionError(f"no mail matching {subject!r} within {seconds} s; seen: {seen}")


def _ports() -> Iterator[int]:
    """Every worker its own: one that was given and has no listener yet is given to nobody else."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    own = range(12_000 + worker % 8, 32_000, 8)  # systems give from 32768 on
    return itertools.cycle(random.SystemRandom().sample(own, len(own)))


_port = _ports()


def free_port() -> int:
    """One that no connection is given as its own: it stays free until somebody listens, and between two starts."""
    while True:
        port = next(_port)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def link(mail: EmailMessage) -> str:
    """The first link of a mail."""
    found = re.search(r"https?://\S+", text(mail))
    assert found, "the mail holds no link"
    return found[0].rstrip(".>")


def text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    content: str = body.get_content()
    return content


def code(mail: EmailMessage) -> str:
    found = re.search(r"\[(\d{6})\]", mail["Subject"])
    assert found
    return found[1]


class Deployment:
    """`sceau up` in a folder of its own. `more` adds or replaces SCEAU_* settings."""

    def __init__(self, folder: Path, more: Mapping[str, str] | None = None, *, workers: int = 1) -> None:
        self.folder = folder
        self.data, self.keys = folder / "data", folder / "keys"
        self.port, self.scheme = free_port(), "https" if "SCEAU_TLS_CERTIFICATE" in (more or {}) else "http"
        self.trust: Path | None = None  # the authority of an own certificate
        self.mails = Mails()
        self.workers = workers
        self.processes: list[subprocess.Popen[bytes]] = []
        self.logs = folder / "log.txt"
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("SCEAU_")},
            "DJANGO_SETTINGS_MODULE": "sceau.settings",
            "TMPDIR": str(folder / "tmp"),
            "SCEAU_DATA": str(self.data),
            "SCEAU_KEYS": str(self.keys),
            "SCEAU_BIND": f"127.0.0.1:{self.port}",
            "SCEAU_PUBLIC_URL": self.url,
            "SCEAU_HOSTS": "localhost,127.0.0.1",
            "SCEAU_CUSTODY_PASSPHRASE": PASSPHRASE,
            "SCEAU_RELAY_PORT": str(self.mails.port),
            "SCEAU_MAIL_FROM": "sceau@messagerie.exemple.fr",
            "SCEAU_NEW_ACCOUNTS": "certified",
            **(more or {}),
        }
        for each in (self.data, self.keys, folder / "tmp"):
            each.mkdir(mode=0o700, parents=True, exist_ok=True)

    @property
    def url(self) -> str:
        return f"{self.scheme}://localhost:{self.port}"

    def run(self, *arguments: str, check: bool = True, **more: str) -> subprocess.CompletedProcess[bytes]:
        """One `sceau` command to its end."""
        done = subprocess.run(
            [SCEAU, *arguments], env={**self.environment, **more}, capture_output=True, timeout=300, check=False
        )
        if check and done.returncode:
            raise AssertionError(f"sceau {arguments} ended with {done.returncode}: {done.stderr.decode()[-2000:]}")
        return done

    def prepare(self) -> None:
        """Keys and tables."""
        url = self.environment.get("SCEAU_DATABASE_URL", "")
        prepared.prepare(Places(self.data, self.keys, url), by_commands=self._create)

    def _create(self) -> None:
        self.run("keys", "create")
        self.run("migrate", "--verbosity", "0")

    def start(self, *arguments: str, **more: str) -> subprocess.Popen[bytes]:
        """A `sceau` command that goes on."""
        with self.logs.open("ab") as log:
            process = subprocess.Popen(
                [SCEAU, *arguments],
                env={**self.environment, **more},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def up(self) -> None:
        self.mails.start()
        self.prepare()
        self.start("up")
        for _ in range(self.workers - 1):
            self.start("work")
        self.wait_ready()

    def wait_ready(self, seconds: float = 90) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with contextlib.suppress(OSError):  # refused, reset, or silent while the machine is busy
                context = ssl.create_default_context(cafile=self.trust) if self.trust else None
                if urllib.request.urlopen(f"{self.url}/sante/pret", timeout=10, context=context).status == 200:
                    return
            assert all(process.poll() is None for process in self.processes), self.tail()
            time.sleep(0.1)
        raise AssertionError(f"not ready after {seconds} s: {self.tail()}")

    def tail(self) -> str:
        return self.logs.read_text(errors="replace")[-3000:] if self.logs.exists() else ""

    def kill(self) -> None:
        """`kill -9` for every process of this deployment: no clean-up runs anywhere."""
        for process in self.processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.processes.clear()

    def running(self, command: bytes = b"") -> list[int]:
        """Every process of this deployment's groups whose command line holds that."""
        groups, found = {process.pid for process in self.processes}, []
        for path in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(ProcessLookupError, FileNotFoundError):
                line = (path / "cmdline").read_bytes()  # empty for one that has ended
                if os.getpgid(int(path.name)) in groups and line and command in line:
                    found.append(int(path.name))
        return found

    def crash(self, command: bytes) -> None:
        """`kill -9` for those processes."""
        found = self.running(command)
        assert found, command
        for pid in found:
            os.kill(pid, signal.SIGKILL)

    def stop(self) -> None:
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self.processes.clear()
        self.mails.stop()


@contextlib.contextmanager
def deployed(
    folder: Path, more: Mapping[str, str] | None = None, *, workers: int = 1, trust: Path | None = None
) -> Iterator[Deployment]:
    deployment = Deployment(folder, more, workers=workers)
    deployment.trust = trust
    try:
        deployment.up()
        yield deployment
    finally:
        deployment.stop()


def password() -> str:
    """A fresh password that satisfies the rule."""
    return f"Aa1!{secrets.token_urlsafe(12)}"
