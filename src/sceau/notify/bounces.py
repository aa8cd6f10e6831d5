"""Mails that come back to a notice's return address (E12)."""

from datetime import datetime

import structlog

from sceau.core.errors import Malformed, NotFound
from sceau.notify import reports, sending, verp
from sceau.notify.models import Notice

_log = structlog.get_logger("sceau")


def receive(recipient: str, data: bytes, *, at: datetime) -> None:
    """Mark the notice whose return address is `recipient`, when `data` reports that its mail failed.

    Anything else (a stranger's guess, a holiday answer, "delayed", junk) changes nothing.
    """
    try:
        notice_id = verp.notice(recipient)
        report = reports.read(data)
    except (NotFound, Malformed) as error:
        _log.info("bounce.ignored", code=error.code)
        return
    notice = Notice.objects.filter(id=notice_id).first()
    if notice is None or report.action != "failed":
        _log.info("bounce.ignored", notice=str(notice_id), code="no-failure")
        return
    sending.fail(notice, Notice.State.BOUNCED, reason=report.status or "bounced", at=at)
