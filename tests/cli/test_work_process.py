"""The worker as a process of its own: told to end, and killed at the worst moment."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deployment import Deployment
from tests.smtp import Relay, running

QUEUE = """
from django.db import transaction
from sceau.core import clock
from sceau.notify import notices
with transaction.atomic():
    notices.queue("welcome", "claire@tilleuls.example", "fr",
        {"name": "Claire", "link": notices.links.page("/connexion")}, at=clock.now())
"""
FORGET_LEASES = "from sceau.jobs.models import Job; Job.objects.update(leased_until='2020-01-01T00:00:00Z')"
STATES = "from sceau.notify.models import Notice; print(*Notice.objects.values_list('state', 'sealed'))"


@pytest.fixture
def relay() -> Iterator[Relay]:
    with running(Relay()) as relay:
        yield relay


@pytest.fixture
def installation(tmp_path: Path, relay: Relay) -> Iterator[Deployment]:
    """Keys, tables and one notice that waits."""
    deployment = Deployment(tmp_path, {"SCEAU_RELAY_PORT": str(relay.port)})
    deployment.mails.start()  # unused: `relay` misbehaves better; but it wants to be stopped
    deployment.prepare()
    deployment.run("shell", "--no-imports", "-c", QUEUE)
    try:
        yield deployment
    finally:
        deployment.kill()
        deployment.stop()


def states(installation: Deployment) -> str:
    return installation.run("shell", "--no-imports", "-c", STATES).stdout.decode().strip()


def test_told_to_end_it_finishes_the_mail_in_hand_and_leaves(installation: Deployment, relay: Relay) -> None:
    relay.pause = 2
    worker = installation.start("work")
    relay.wait(1)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(60) == 0
    assert states(installation) == "('sent', None)"
    assert '"event": "worker.stopped"' in installation.tail()
    assert len(relay.mails) == 1


@pytest.mark.attack(38)
def test_killed_between_the_relay_s_answer_and_its_commit_it_loses_nothing(
    installation: Deployment, relay: Relay
) -> None:
    """The one place where a mail leaves twice (design §8): the same mail, and the log says so."""
    worker = installation.start("work", SCEAU_FAILPOINT="notice.sent")
    assert worker.wait(60) == -signal.SIGKILL
    assert "queued" in states(installation)
    installation.run("shell", "--no-imports", "-c", FORGET_LEASES)
    log = installation.run("work", "--once").stdout.decode()
    assert '"event": "job.taken-over"' in log
    assert states(installation) == "('sent', None)"
    first, second = relay.mails
    assert first.octets == second.octets
