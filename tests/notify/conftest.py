from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from sceau.notify.models import Notice
    from tests.people import Member


@pytest.fixture
def received(claire: "Member", marc: "Member") -> "Notice":
    """The notice of an envelope that Claire sealed for Marc, waiting for the worker."""
    from sceau.notify.models import Notice
    from tests.envelopes import desk
    from tests.people import actor

    envelope = desk.send(actor(claire), marc.person.email)
    return Notice.objects.get(kind="received", envelope=envelope.id)
