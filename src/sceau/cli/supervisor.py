"""Keeps the services of one machine running: starts them, restarts what crashes, stops all together."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import structlog

from sceau.cli import hygiene

_log = structlog.get_logger("sceau.up")
_STEADY = 60  # seconds a service must run before its next crash counts as a first one
_LONGEST_PAUSE = 30
_PATIENCE = 30  # seconds to end in peace before SIGKILL


@dataclass
class Service:
    """One child process. `secret`, when there is one, reaches it through a pipe, never through its environment."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    secret: tuple[str, str] | None = field(default=None, repr=False)  # (SCEAU_…_FILE variable, value)
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    started: float = field(default=0, init=False)
    crashes: int = field(default=0, init=False)
    due: float = field(default=0, init=False)

    def tend(self) -> None:
        """Start it when it is due; note that it died."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.due:
                self._start(now)
            return
        status = self.process.poll()
        if status is not None:
            self.crashes = 1 if now - self.started > _STEADY else self.crashes + 1
            pause = min(2 ** (self.crashes - 1), _LONGEST_PAUSE)
            _log.error("service-ended", service=self.name, status=status, restart_in=pause)
            self.process, self.due = None, now + pause

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()

    def wait(self, seconds: float) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(max(seconds, 0))
        except subprocess.TimeoutExpired:
            _log.error("service-killed", service=self.name)
            self.process.kill()
            self.process.wait()

    def _start(self, now: float) -> None:
        environment = dict(self.environment)
        inherited: list[int] = []
        if self.secret:
            variable, value = self.secret
            inherited.append(_pipe_holding(value))
            environment[variable] = f"/proc/self/fd/{inherited[0]}"
        try:
            self.process = subprocess.Popen(
                self.command,
                env=environment,
                stdin=subprocess.DEVNULL,
                pass_fds=inherited,
                preexec_fn=partial(hygiene.die_with_parent, os.getpid()),  # noqa: PLW1509  # the supervisor has one thread
            )
        finally:
            for descriptor in inherited:
                os.close(descriptor)
        self.started = now
        _log.info("service-started", service=self.name, pid=self.process.pid)


def _pipe_holding(text: str) -> int:
    """A descriptor from which a child reads `text` once; a passphrase fits the pipe's buffer."""
    reader, writer = os.pipe()
    with os.fdopen(writer, "wb") as end:
        end.write(text.encode())
    return reader


def run(services: Sequence[Service]) -> None:
    """Tend the services until SIGTERM or SIGINT, then stop them and return."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    while not stop.wait(0.2):
        for service in services:
            service.tend()
    for service in services:
        service.stop()
    end = time.monotonic() + _PATIENCE
    for service in services:
        service.wait(end - time.monotonic())
