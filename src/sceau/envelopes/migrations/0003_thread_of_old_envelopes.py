"""Envelopes sealed before exchanges had a name begin one each. Re-runnable, in pieces."""

from typing import Any

from django.db import migrations
from django.db.models import F

_BATCH = 1000


def name_threads(apps: Any, schema_editor: Any) -> None:  # Django hands over models of that time
    Envelope = apps.get_model("envelopes", "Envelope")
    without = Envelope.objects.filter(thread=None).order_by("id")
    while ids := list(without.values_list("id", flat=True)[:_BATCH]):
        Envelope.objects.filter(id__in=ids).update(thread=F("id"))


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("envelopes", "0002_desk")]
    operations = [migrations.RunPython(name_threads, migrations.RunPython.noop)]
