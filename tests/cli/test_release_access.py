from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from sceau.accounts import login, recovery
from sceau.cli import work
from sceau.core import clock
from tests.people import Member, link

NEW = "Vent-frais 7 collines"


def wait(member: Member, *, since: timedelta) -> None:
    at = clock.now() - since
    recovery.ask(member.address, language="fr", network="192.0.2.7", at=at)
    token = link(member.person.email, "recovery").rpartition("/")[2]
    recovery.wait(token, NEW, device="", at=at)


def test_after_the_delay_the_worker_hands_over_and_the_new_password_serves(
    claire: Member, capsys: pytest.CaptureFixture[str]
) -> None:
    wait(claire, since=timedelta(hours=25))
    call_command("release-access", claire.person.email)
    assert "Dr Claire Vasseur" in capsys.readouterr().out
    recovery.hand_over(claire.person.recoveries.get().id, at=clock.now())
    login.begin(claire.address, NEW, network="192.0.2.7", device="", at=clock.now())


def test_before_the_delay_it_says_until_when(claire: Member) -> None:
    wait(claire, since=timedelta(hours=23))
    with pytest.raises(CommandError, match="peut refuser jusqu’au"):
        call_command("release-access", claire.person.email)


@pytest.mark.parametrize("address", ["claire.vasseur@tilleuls.example", "personne@nulle-part.example", "claire", ""])
def test_nobody_waits_there(claire: Member, address: str) -> None:
    with pytest.raises(CommandError, match="Aucune demande"):
        call_command("release-access", address)


def test_the_worker_knows_the_job() -> None:
    assert work.JOBS["hand-over"] is recovery.hand_over
