"""Drafts, envelopes, the copies that mailboxes hold, and who opened them.

`db_index=False`: a constraint or a list's index begins with that key already, or nobody looks that way. Each
index less is a page less to write, and to sync, in every act.
"""

from django.db import models

from sceau.accounts.models import Mailbox, Person
from sceau.core import ids


class Draft(models.Model):
    id = models.UUIDField(primary_key=True, default=ids.new)  # becomes the envelope's id (V13)
    author = models.ForeignKey(Person, models.PROTECT, related_name="drafts")
    mailbox = models.ForeignKey(Mailbox, models.PROTECT, related_name="drafts", db_index=False)
    reply_to = models.UUIDField(null=True)  # an envelope its author holds a copy of
    revision = models.PositiveIntegerField(default=0)
    documents_revision = models.PositiveIntegerField(default=0)  # grows when one is attached or taken off
    created_at = models.DateTimeField()
    saved_at = models.DateTimeField()


class DraftRevision(models.Model):
    """One save, sealed to the author's mailbox: a locked session can still write it (V7, V13)."""

    id = models.UUIDField(primary_key=True, default=ids.new)
    # The rows of a draft go together in `drafts.remove`: Django looking for children would cost a query each.
    draft = models.ForeignKey(Draft, models.DO_NOTHING, related_name="revisions", db_index=False)
    number = models.PositiveIntegerField()
    epoch = models.PositiveIntegerField()
    sealed = models.BinaryField()
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("draft", "number", name="draft_revision_once")]


class Upload(models.Model):
    """An attachment of a draft: transfer-encoded, then sealed segment by segment as it arrived."""

    id = models.UUIDField(primary_key=True, default=ids.new)
    draft = models.ForeignKey(Draft, models.DO_NOTHING, related_name="uploads")  # see DraftRevision.draft
    blob_key = models.CharField(max_length=32, unique=True)
    epoch = models.PositiveIntegerField()
    seal = models.BinaryField()  # its content key, sealed to the author's mailbox
    sealed_meta = models.BinaryField()  # file name, type, digest
    size = models.BigIntegerField()  # decoded octets
    encoded_size = models.BigIntegerField()
    position = models.PositiveSmallIntegerField()
    added_at = models.DateTimeField()


class Envelope(models.Model):
    id = models.UUIDField(primary_key=True)
    sender = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    mailbox = models.ForeignKey(Mailbox, models.PROTECT, related_name="+", db_index=False)
    reply_to = models.UUIDField(null=True)
    sealed_at = models.DateTimeField()
    size = models.BigIntegerField()  # octets of the message
    documents = models.PositiveSmallIntegerField()
    blob_key = models.CharField(max_length=32, unique=True, null=True)  # NULL once destroyed
    summary = models.BinaryField(null=True)  # sealed; NULL once destroyed
    parties = models.BinaryField(max_length=32)  # evidence: commitment to the record naming the parties
    expires_at = models.DateTimeField(null=True)  # chosen by the sender; the copies' `destroy_at` enforce it


class Copy(models.Model):
    """What one mailbox holds of an envelope: its seal, its folder, its own retention."""

    class Role(models.TextChoices):
        FROM = "from"
        TO = "to"
        CC = "cc"

    class Folder(models.TextChoices):
        RECEIVED = "received"
        SENT = "sent"
        TRASH = "trash"

    id = models.UUIDField(primary_key=True, default=ids.new)  # the sender's own copy has the envelope's
    envelope = models.ForeignKey(Envelope, models.CASCADE, related_name="copies", db_index=False)
    mailbox = models.ForeignKey(Mailbox, models.PROTECT, related_name="copies", db_index=False)
    role = models.CharField(max_length=4, choices=Role)
    recipient = models.PositiveSmallIntegerField(null=True)  # index in the sealed list; NULL for the sender
    epoch = models.PositiveIntegerField()
    seal = models.BinaryField(null=True)  # the content key; NULL once destroyed
    folder = models.CharField(max_length=8, choices=Folder)
    sort_at = models.DateTimeField()  # sealed_at, beside the folder so that lists need one index
    opened_at = models.DateTimeField(null=True)  # first opening by anybody of this mailbox
    destroy_at = models.DateTimeField()  # the end of its retention, or the sender's expiry when that is sooner
    warned = models.PositiveSmallIntegerField(default=0)  # 0, then 15, then 3: last notice given, in days
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint("envelope", "mailbox", "role", name="copy_once_a_role")]
        indexes = [
            models.Index(fields=["mailbox", "folder", "-sort_at"], name="copy_list"),
            models.Index("destroy_at", name="copy_retention", condition=models.Q(destroyed_at=None)),
            models.Index(
                "mailbox",
                name="copy_unopened",
                condition=models.Q(folder="received", opened_at=None, destroyed_at=None),
            ),
        ]


class Opening(models.Model):
    """One person's explicit opening of one copy (E5)."""

    id = models.UUIDField(primary_key=True, default=ids.new)
    copy = models.ForeignKey(Copy, models.CASCADE, related_name="openings", db_index=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("copy", "person", name="opening_once_a_person")]


class Handover(models.Model):
    """The last byte of one part left for one session (E5)."""

    id = models.UUIDField(primary_key=True, default=ids.new)
    opening = models.ForeignKey(Opening, models.CASCADE, related_name="handovers", db_index=False)
    session = models.UUIDField()
    part = models.CharField(max_length=12)  # "eml", "zip" or the part's number
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("opening", "session", "part", name="handover_once")]
