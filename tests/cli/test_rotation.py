"""New keys: what was sealed before still opens, what is sealed now goes to the new key."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from sceau import custody
from sceau.cli import rotation, store_check
from sceau.core import clock
from sceau.envelopes.models import Copy
from sceau.evidence import integrator
from sceau.evidence.events import Event
from sceau.evidence.models import Evidence
from sceau.vault import principals, signer
from sceau.vault.models import Wrap
from tests.envelopes import desk
from tests.people import Member, actor

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def keys_of_our_own(settings: Any, tmp_path: Path) -> None:
    """A copy of the keys, which other tests share."""
    folder = tmp_path / "keys"
    shutil.copytree(settings.SCEAU_KEYS, folder)
    settings.SCEAU_KEYS, settings.SCEAU_CUSTODY_KEY_FILE = folder, folder / "custody.key"


def rotate(*parts: str) -> dict[str, int]:
    return dict(rotation.rotate(list(parts or rotation.PARTS), at=clock.now()))


def test_everything_opens_after_a_full_rotation(claire: Member, marc: Member) -> None:
    before = desk.send(actor(claire), marc.person.email, text="Avant.")
    moved = rotate()
    assert moved == {"signer": 4, "epochs": 2, "custody": 2, "queue": 0, "log": 0, "seal": 0}
    after = desk.send(actor(claire), marc.person.email, text="Après.")
    texts = [desk.read(desk.copy_of(envelope, marc), actor(marc)).text() for envelope in (before, after)]
    assert texts == ["Avant.", "Après."]
    assert {copy.epoch for copy in Copy.objects.filter(envelope=after)} == {2}
    integrator.step(at=clock.now())
    assert list(store_check.verify(at=clock.now())) == []


def test_the_report_counts_what_stays_with_an_older_key(claire: Member, marc: Member) -> None:
    desk.send(actor(claire), marc.person.email)
    assert rotation.left_behind() == {"copies": 0}
    rotate("epochs")
    assert rotation.left_behind() == {"copies": 2}


def test_statements_verify_under_the_new_signer_alone(claire: Member) -> None:
    rotate("signer")
    path = settings.SCEAU_KEYS / "signer.pub"
    newest, _, _ = path.read_text().partition("-----END PUBLIC KEY-----\n")
    kept = path.read_text()
    path.write_text(newest + "-----END PUBLIC KEY-----\n")
    signer._pinned.cache_clear()
    try:
        claire.person.principal.refresh_from_db()
        assert principals.public_key(claire.person.principal)
    finally:
        path.write_text(kept)
        signer._pinned.cache_clear()


def test_a_custody_wrap_moves_and_each_move_is_evidence(claire: Member) -> None:
    wrap = Wrap.objects.get(principal=claire.person.principal, kind=Wrap.Kind.CUSTODY)
    rotate("custody")
    moved = Wrap.objects.get(pk=wrap.pk)
    assert bytes(moved.sealed) != bytes(wrap.sealed)
    info = principals.custody_info(claire.person.principal)
    seed = custody.load().open("recovery", bytes(moved.sealed), info=info)
    assert seed == principals.check_password(claire.person.principal, claire.password)
    assert Evidence.objects.filter(event=Event.CUSTODY_USED).count() == 1
    assert Evidence.objects.filter(event=Event.KEY_ROTATED).count() == 1
