"""Principals, the ways into their keys, mailbox epochs, grants and sessions (vault V2, V5, V6, V9).

The vault knows people and mailboxes as opaque ids only: their names live in `accounts`.
"""

from datetime import datetime

from django.db import models

from sceau.core import ids


class Principal(models.Model):
    """Somebody or something that owns an X-Wing key pair."""

    class Kind(models.TextChoices):
        PERSON = "person"
        DEVICE = "device"
        GUEST = "guest"
        ESCROW = "escrow"
        CUSTODY = "custody"

    id = models.UUIDField(primary_key=True, default=ids.new)
    kind = models.CharField(max_length=8, choices=Kind)
    subject = models.UUIDField()  # the person's id for a person
    public_key = models.BinaryField(max_length=1216)
    statement = models.BinaryField()  # what the signer signed about this key (V9)
    signature = models.BinaryField(max_length=64)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint("kind", "subject", name="principal_once_a_subject"),
        ]
        indexes = [models.Index("created_at", name="principal_age")]


class Wrap(models.Model):
    """One way in to a principal's private seed (V5)."""

    class Kind(models.TextChoices):
        PASSWORD = "password"
        RECOVERY = "recovery"
        CUSTODY = "custody"
        RECEPTION = "reception"  # a new password waiting for a release: see vault.recovery

    id = models.UUIDField(primary_key=True, default=ids.new)
    principal = models.ForeignKey(Principal, models.CASCADE, related_name="wraps")
    kind = models.CharField(max_length=9, choices=Kind)
    sealed = models.BinaryField()  # format.py says algorithm, parameters and version in its header
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("principal", "kind", name="wrap_once_a_kind")]


class MailboxEpoch(models.Model):
    """The public key that seals to a mailbox during one epoch; the newest one receives."""

    id = models.UUIDField(primary_key=True, default=ids.new)
    mailbox = models.UUIDField()
    number = models.PositiveIntegerField()
    public_key = models.BinaryField(max_length=1216)
    statement = models.BinaryField()
    signature = models.BinaryField(max_length=64)
    not_before = models.DateTimeField()
    settled = models.BooleanField(default=False)  # nothing is left to move here from older epochs (V10)

    class Meta:
        constraints = [models.UniqueConstraint("mailbox", "number", name="epoch_once_a_mailbox")]


class Grant(models.Model):
    """A mailbox epoch's private seed, sealed to a principal (V2)."""

    class Right(models.IntegerChoices):
        LIST = 1
        READ = 2
        REPLY_AS = 4
        SEAL_AS = 8
        MANAGE = 16

    id = models.UUIDField(primary_key=True, default=ids.new)
    epoch = models.ForeignKey(MailboxEpoch, models.CASCADE, related_name="grants")
    principal = models.ForeignKey(Principal, models.CASCADE, related_name="grants")
    rights = models.PositiveSmallIntegerField()  # a sum of Right
    sealed_seed = models.BinaryField()
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    by = models.UUIDField(null=True)  # the person who granted; null when the system did

    class Meta:
        constraints = [models.UniqueConstraint("epoch", "principal", name="grant_once_an_epoch")]

    def lets_read(self, at: datetime | None) -> bool:
        """Is it live, with the right to read? Without a time, only one that has no end is."""
        if not self.rights & Grant.Right.READ:
            return False
        if at is None:
            return self.until is None
        return self.since <= at and (self.until is None or at < self.until)


class Session(models.Model):
    """A browser's way in (V6). The row alone opens nothing: the cookie holds the other half."""

    class State(models.TextChoices):
        PENDING = "pending"  # right password, code not given yet
        OPEN = "open"
        LOCKED = "locked"

    id = models.BinaryField(primary_key=True, max_length=32)  # SHA-256("sid" ‖ cookie)
    handle = models.UUIDField(unique=True, default=ids.new)  # names it in "my sessions" and evidence
    principal = models.ForeignKey(Principal, models.CASCADE, related_name="sessions")
    state = models.CharField(max_length=7, choices=State)
    wrapped_key = models.BinaryField(null=True)  # NULL once locked
    assurance = models.PositiveSmallIntegerField()
    device = models.CharField(max_length=80, blank=True)  # "Firefox, Linux": said by the browser
    created_at = models.DateTimeField()
    strong_at = models.DateTimeField(null=True)  # last full login
    acted_at = models.DateTimeField()  # last human act (V7)

    class Meta:
        indexes = [models.Index("state", "acted_at", name="session_idle")]
