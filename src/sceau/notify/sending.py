"""Sending one notice: from its sealed row to the relay's 250, and what is recorded then."""

from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction

from sceau.core import clock
from sceau.core.failpoints import failpoint
from sceau.jobs import outbox
from sceau.notify import mails, relay, traces, verp
from sceau.notify.kinds import Kind, life
from sceau.notify.models import Notice
from sceau.notify.notices import Message
from sceau.notify.relay import RelayRefused, RelaySilent, RelayTrouble

_log = structlog.get_logger("sceau")


def send(notice_id: UUID, *, at: datetime) -> None:
    """Give a queued notice to the relay, once. A notice that ended already is left alone.

    Raises RelayTrouble (a TryLater) while trying again makes sense. A mail leaves twice only when this
    process dies between the relay's 250 and our commit, or the relay's answer is lost: the worker's log
    then shows `job.taken-over` or `notice.may-double`, and both mails carry the same Message-ID.
    """
    notice = Notice.objects.filter(id=notice_id, state=Notice.State.QUEUED).first()
    if notice is None:
        return
    if at - notice.queued_at > life(notice.kind):
        fail(notice, Notice.State.FAILED, reason="too-late", at=at)
        return
    now = clock.running(at)  # a slow relay takes minutes: its answer is dated when it comes
    try:
        _submit(notice)
    except RelayRefused as refusal:
        fail(notice, Notice.State.FAILED, reason=refusal.reply, at=now())
    except RelayTrouble as trouble:
        event = "notice.may-double" if isinstance(trouble, RelaySilent) else "notice.delayed"
        _log.warning(event, notice=str(notice.id), kind=notice.kind, reply=trouble.reply)
        raise
    else:
        failpoint("notice.sent")
        _succeed(notice, now())


def fail(notice: Notice, state: Notice.State, *, reason: str, at: datetime) -> None:
    """End a notice that did not arrive. For an envelope's recipient that is evidence, and its sender is told (E12)."""
    ended = (Notice.State.FAILED, Notice.State.BOUNCED)
    with transaction.atomic():
        open_still = Notice.objects.filter(id=notice.id).exclude(state__in=ended)
        if not open_still.update(state=state, reason=reason[:20], sealed=None, ended_at=at):
            return
        notice.reason = reason[:20]
        if notice.kind == Kind.RECEIVED:
            traces.not_notified(notice, at=at)
            outbox.queue("notice-failed", notice.id, due=at)
    _log.warning("notice.failed", notice=str(notice.id), kind=notice.kind, state=str(state), reason=notice.reason)


def _submit(notice: Notice) -> None:
    message = Message.of(notice)
    mail = mails.render(message, notice=notice.id, at=notice.queued_at)
    relay.submit(mail, sender=verp.address(notice.id), to=message.to)


def _succeed(notice: Notice, at: datetime) -> None:
    with transaction.atomic():
        queued = Notice.objects.filter(id=notice.id, state=Notice.State.QUEUED)
        if not queued.update(state=Notice.State.SENT, sealed=None, ended_at=at):
            return  # its bounce was faster than we are
        if notice.kind == Kind.RECEIVED:
            traces.notified(notice, at=at)
    _log.info("notice.sent", notice=str(notice.id), kind=notice.kind)
