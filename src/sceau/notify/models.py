from django.db import models

from sceau.core import ids


class Notice(models.Model):
    """A plain mail that says that something waits, never what. Its words and address stay sealed."""

    class State(models.TextChoices):
        QUEUED = "queued"
        SENT = "sent"  # the relay answered 250
        FAILED = "failed"  # the relay refused it for good, or time ran out
        BOUNCED = "bounced"  # a delivery report came back (E12)

    id = models.UUIDField(primary_key=True, default=ids.new)
    kind = models.CharField(max_length=20)
    person = models.UUIDField(null=True)
    envelope = models.UUIDField(null=True)
    recipient = models.PositiveSmallIntegerField(null=True)
    sealed = models.BinaryField(null=True)  # to the queue key (V11); NULL once sent
    state = models.CharField(max_length=7, choices=State, default=State.QUEUED)
    reason = models.CharField(max_length=20, blank=True)  # why it failed: "550", "5.1.1", "too-late"
    queued_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)  # the person was told of the failure (troubles.py)

    class Meta:
        indexes = [
            models.Index(fields=["envelope"], name="notice_of_envelope"),
            models.Index(fields=["person", "state"], name="notice_of_person"),
            models.Index(fields=["ended_at"], name="notice_ended", condition=models.Q(ended_at__isnull=False)),
        ]
