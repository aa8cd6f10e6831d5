"""Following a mail's link changes nothing: robots read mails before people do (attack 25)."""

import pytest
from django.test import Client

from sceau.core import clock
from sceau.envelopes.models import Copy, Handover, Opening
from sceau.evidence.models import Evidence
from sceau.notify import sending
from sceau.notify.models import Notice
from tests.people import Member, sign_in
from tests.smtp import Relay

pytestmark = pytest.mark.django_db


def held() -> tuple[int, ...]:
    opened = Copy.objects.exclude(opened_at=None)
    return tuple(
        rows.count() for rows in (Evidence.objects.all(), Opening.objects.all(), Handover.objects.all(), opened)
    )


@pytest.mark.attack(25)
@pytest.mark.parametrize("signed_in", [False, True])
def test_every_link_of_a_received_notice_can_be_followed_by_a_robot(
    received: Notice, relay: Relay, marc: Member, signed_in: bool
) -> None:
    sending.send(received.id, at=clock.now())
    links = [word for word in relay.mails[0].text.split() if word.startswith("http")]
    browser = sign_in(marc) if signed_in else Client()
    before = held()
    assert len(links) == 4
    for link in links:
        for method in (browser.head, browser.get):
            assert method(link).status_code < 400  # the page, or the way in
    assert held() == before
