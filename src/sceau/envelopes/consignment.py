"""Putting an envelope at its recipients' disposal: at once when it is sealed, or at the hour its sender chose."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from sceau.core import canonical
from sceau.core.errors import Malformed
from sceau.envelopes import auto_reply, notices
from sceau.envelopes.models import Copy, Envelope
from sceau.evidence import log
from sceau.evidence.events import Event
from sceau.jobs import outbox
from sceau.jobs.models import Job
from sceau.notify import queue_key
from sceau.notify.models import Notice

_PURPOSE = "held"


def facts(envelope: Envelope, copies: Iterable[Copy]) -> Iterator[log.Fact]:
    """The evidence of it, once for each recipient."""
    event = Event.CONTENT_CONSIGNMENT
    for copy in copies:
        yield log.Fact(
            event,
            envelope.id,
            copy.recipient,
            parties=envelope.commitment,
            once=(envelope.id, copy.recipient, event),
        )


def told(envelope: Envelope, copies: Sequence[Copy], *, label: str, at: datetime) -> list[Notice | Job]:
    """What else it brings about, to be inserted with that evidence. `copies`: with `mailbox.owner` loaded."""
    return [*notices.received(envelope, copies, label=label, at=at), *auto_reply.asked(envelope, copies, at=at)]


def hold(envelope: Envelope, *, label: str) -> None:
    """Write down what the notices will say, for the worker alone: it cannot read the summary."""
    envelope.held = queue_key.seal(_PURPOSE, canonical.dumps({"label": label}), envelope.id)


def later(envelope: Envelope) -> list[Job]:
    """What lets the worker deliver a held envelope when its hour has come, to be inserted with it."""
    if envelope.deliver_at is None:
        raise ValueError("this envelope is not held")
    return outbox.fresh("deliver", [envelope.id], due=envelope.deliver_at)


def held_label(envelope: Envelope) -> str:
    """For the worker. Raises Unreadable, Malformed."""
    content = canonical.loads(queue_key.open(_PURPOSE, bytes(envelope.held or b""), envelope.id))
    try:
        return str(content["label"])
    except (KeyError, TypeError) as error:
        raise Malformed from error
