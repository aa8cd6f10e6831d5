"""`sceau notices`: how many mails left, wait or failed, and which jobs keep failing. Ids and codes only."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import Count
from django.utils.translation import gettext as _

from sceau.cli import terminal
from sceau.jobs import outbox
from sceau.notify.models import Notice


class Command(BaseCommand):
    help = "Compte les avis envoyés, en attente ou en échec, et nomme les tâches qui échouent toujours."
    requires_system_checks = []

    def handle(self, *_arguments: Any, **_options: Any) -> None:
        with terminal.language():
            for state, count in Notice.objects.values_list("state").annotate(Count("id")).order_by("state"):
                self.stdout.write(f"{_STATES[Notice.State(state)]()} : {count}")
            for notice in Notice.objects.filter(seen_at=None).exclude(reason="").order_by("ended_at")[:100]:
                self.stdout.write(f"  {notice.id} {notice.kind} {notice.reason}")
            for job in outbox.stuck():
                self.stdout.write(_("Tâche en échec : %(job)s") % {"job": f"{job.name} {job.object_id} {job.error}"})


_STATES = {
    Notice.State.QUEUED: lambda: _("En attente"),
    Notice.State.SENT: lambda: _("Remis au relais"),
    Notice.State.FAILED: lambda: _("Refusés par le relais"),
    Notice.State.BOUNCED: lambda: _("Revenus"),
}
