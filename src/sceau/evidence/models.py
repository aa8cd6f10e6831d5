"""Evidence rows, deletable records, log entries and checkpoints (evidence E1, E2, E7).

`Evidence`, `LogEntry` and `Checkpoint` rows are inserted, never updated, never deleted.
"""

from django.db import models

from sceau.core import ids
from sceau.evidence import format


class Evidence(models.Model):
    id = models.UUIDField(primary_key=True, default=ids.new)
    event = models.PositiveSmallIntegerField()  # events.Event
    envelope = models.UUIDField(null=True)
    recipient = models.PositiveSmallIntegerField(null=True)  # index in the sealed list of recipients
    at_ms = models.BigIntegerField()
    salt = models.BinaryField(max_length=32)
    parties = models.BinaryField(max_length=32, null=True)  # commitment to the record naming the parties
    facts = models.BinaryField(max_length=32, null=True)  # commitment to this event's own record
    once = models.BinaryField(max_length=32, null=True, unique=True)  # E6: SHA-256 of what may happen once

    class Meta:
        indexes = [models.Index("envelope", "at_ms", name="evidence_of_envelope")]

    def row(self) -> format.Row:
        """What the log commits to."""
        return format.Row(
            id=self.id,
            event=self.event,
            envelope=self.envelope,
            recipient=self.recipient,
            at_ms=self.at_ms,
            parties=_octets(self.parties),
            facts=_octets(self.facts),
            once=_octets(self.once),
        )

    def leaf(self) -> bytes:
        return self.row().leaf(bytes(self.salt))


def _octets(value: bytes | memoryview | None) -> bytes | None:
    """PostgreSQL answers memoryview."""
    return None if value is None else bytes(value)


class Record(models.Model):
    """Who and what, sealed; erasing it (and the salt inside) leaves the log whole (E1)."""

    commitment = models.BinaryField(primary_key=True, max_length=32)  # SHA-256(salt ‖ record)
    envelope = models.UUIDField(null=True, db_index=True)
    sealed = models.BinaryField()
    created_at = models.DateTimeField(db_index=True)  # erased by age


class RecordSeal(models.Model):
    """The record's key, sealed to one reader: a mailbox epoch, or evidence custody (mailbox NULL)."""

    id = models.UUIDField(primary_key=True, default=ids.new)
    record = models.ForeignKey(Record, models.CASCADE, related_name="seals", db_index=False)
    mailbox = models.UUIDField(null=True)
    epoch = models.PositiveIntegerField(null=True)
    seal = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint("record", "mailbox", name="record_seal_once_a_mailbox")]


class Pending(models.Model):
    """Recorded, not sequenced yet: inserted with the evidence, deleted with its numbering."""

    evidence = models.OneToOneField(Evidence, models.PROTECT, primary_key=True, related_name="+")


class Log(models.Model):
    """One origin. The newest open one receives; `log recover` and each new year close one."""

    origin = models.CharField(max_length=200, primary_key=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    lost_from = models.BigIntegerField(null=True)  # rows from this index to the newest checkpoint went with a restore


class LogEntry(models.Model):
    id = models.BigAutoField(primary_key=True)
    log = models.ForeignKey(Log, models.PROTECT, related_name="entries", db_index=False)
    index = models.BigIntegerField()
    evidence = models.OneToOneField(Evidence, models.PROTECT, related_name="entry")

    class Meta:
        constraints = [models.UniqueConstraint("log", "index", name="log_entry_once_an_index")]


class Checkpoint(models.Model):
    """A signed tree head, inserted by compare-and-set on its size before the signature leaves (E7)."""

    id = models.BigAutoField(primary_key=True)
    log = models.ForeignKey(Log, models.PROTECT, related_name="checkpoints")
    size = models.BigIntegerField()
    root = models.BinaryField(max_length=32)
    note = models.TextField()  # the C2SP signed note
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("log", "size", name="checkpoint_once_a_size")]


class Leader(models.Model):
    """Who may integrate, until when (one row)."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    holder = models.UUIDField()
    until = models.DateTimeField()
