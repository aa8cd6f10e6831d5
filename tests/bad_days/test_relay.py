"""The mail relay is down for an hour: every notice leaves afterwards, once, and sealing never waited for it."""

from datetime import timedelta

import pytest
from django.test import Client

from sceau.cli import work
from sceau.envelopes.models import Draft, Envelope
from sceau.evidence.events import Event
from sceau.evidence.models import Evidence
from sceau.jobs.models import Job
from sceau.notify.models import Notice
from tests.bad_days.conftest import MoveClock
from tests.bad_days.desk import form, url
from tests.people import Member
from tests.smtp import Relay

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def work_through() -> None:
    """Everything that is due now."""
    while work.next_job(frozenset(work.JOBS)) == 0:
        pass


def notified() -> int:
    return Evidence.objects.filter(event=Event.CONSIGNMENT_NOTIFICATION).count()


def test_notices_arrive_after_an_hour_without_a_relay_each_once(
    browser: Client, draft: Draft, marc: Member, relay: Relay, move_clock: MoveClock
) -> None:
    Notice.objects.all().delete()  # of signing up and in: not this day's mails
    Job.objects.all().delete()
    relay.down()
    answer = browser.post(url(draft, "sceller"), form(draft, marc.address))
    assert answer.status_code == 303, "sealed: the relay was not asked"
    for _ in range(60):
        work_through()
        move_clock(MINUTE)
    assert (relay.mails, notified()) == ([], 0)
    (waiting,) = Job.objects.filter(name="notice")
    assert waiting.error == "relay-trouble"
    assert 10 <= waiting.tries <= 20, "asked again and again, and not every second"
    relay.up()
    for _ in range(6):  # the longest pause between two tries is five minutes
        work_through()
        move_clock(MINUTE)
    (mail,) = relay.mails
    assert mail.to == str(marc.address)
    assert notified() == 1
    assert not Job.objects.filter(name="notice").exists()
    assert set(Notice.objects.values_list("state", flat=True)) == {Notice.State.SENT}
    sealed_at, left_at = Envelope.objects.get().sealed_at, Notice.objects.get().ended_at
    assert left_at
    assert timedelta(hours=1) <= left_at - sealed_at < timedelta(minutes=67)
