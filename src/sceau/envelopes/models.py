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
    forward_of = models.UUIDField(null=True)  # likewise, when its content goes on to somebody else
    revision = models.PositiveIntegerField(default=0)
    documents_revision = models.PositiveIntegerField(default=0)  # grows when one is attached or taken off
    sealed_parts = models.PositiveSmallIntegerField(default=0)  # envelopes of a split draft that are sealed already
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


class Arrival(models.Model):
    """A document that comes in pieces, over a line that may break: what of it is kept is in its pieces."""

    id = models.UUIDField(primary_key=True, default=ids.new)
    draft = models.ForeignKey(Draft, models.DO_NOTHING, related_name="arrivals")  # see DraftRevision.draft
    epoch = models.PositiveIntegerField()
    sealed_meta = models.BinaryField()  # file name and type, to the author's mailbox
    size = models.BigIntegerField()  # decoded octets, as announced
    touched_at = models.DateTimeField()  # when it began, or its newest piece was kept


class Piece(models.Model):
    """Some octets of an arrival, in their place, sealed as they came."""

    id = models.UUIDField(primary_key=True, default=ids.new)
    arrival = models.ForeignKey(Arrival, models.DO_NOTHING, related_name="pieces", db_index=False)
    offset = models.BigIntegerField()
    size = models.BigIntegerField()  # octets
    blob_key = models.CharField(max_length=32, unique=True)
    epoch = models.PositiveIntegerField()
    seal = models.BinaryField()  # its content key, sealed to the author's mailbox

    class Meta:
        constraints = [models.UniqueConstraint("arrival", "offset", name="piece_once_a_place")]


class Folder(models.Model):
    """A person's own place for copies, under another one or at the top. Its name is sealed: it may name a patient."""

    id = models.UUIDField(primary_key=True, default=ids.new)
    mailbox = models.ForeignKey(Mailbox, models.CASCADE, related_name="folders")
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    epoch = models.PositiveIntegerField()  # of the list key that its name is under
    sealed_name = models.BinaryField()
    created_at = models.DateTimeField()


class Segment(models.Model):
    """A piece of a mailbox's search index: the words of some of its copies, packed, under its list key (V4)."""

    id = models.UUIDField(primary_key=True, default=ids.new)
    mailbox = models.ForeignKey(Mailbox, models.CASCADE, related_name="+")
    epoch = models.PositiveIntegerField()
    revision = models.PositiveIntegerField(default=0)  # grows when it is written anew; bound into the seal
    sealed = models.BinaryField()
    built_at = models.DateTimeField()


class Envelope(models.Model):
    class Source(models.TextChoices):
        SEALED = "sealed"  # here, by somebody who holds an account
        IMPORTED = "imported"  # a mail that its holder brought: kept byte for byte, nothing is proved about it

    id = models.UUIDField(primary_key=True)
    source = models.CharField(max_length=8, choices=Source, default=Source.SEALED)
    # Who sealed it and from which mailbox; of an import, who brought it and where: its own header is not authenticated.
    sender = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    mailbox = models.ForeignKey(Mailbox, models.PROTECT, related_name="+", db_index=False)
    reply_to = models.UUIDField(null=True)
    forward_of = models.UUIDField(null=True)
    thread = models.UUIDField(db_index=True)  # the first envelope of the exchange; its own id when it begins one
    automatic = models.BooleanField(default=False)  # written by an auto-reply: is never answered by another
    deliver_at = models.DateTimeField(null=True)  # « envoyer plus tard »: sealed, but not yet at anybody's disposal
    held = models.BinaryField(null=True)  # until then, for the worker: what the notices will say, to the queue key
    sealed_at = models.DateTimeField()
    size = models.BigIntegerField()  # octets of the message
    documents = models.PositiveSmallIntegerField()
    blob_key = models.CharField(max_length=32, unique=True, null=True)  # NULL once destroyed
    summary = models.BinaryField(null=True)  # sealed; NULL once destroyed
    # evidence: commitment to the record naming the parties; NULL for an import, about which nothing is proved
    parties = models.BinaryField(max_length=32, null=True)
    expires_at = models.DateTimeField(null=True)  # chosen by the sender; the copies' `destroy_at` enforce it

    @property
    def commitment(self) -> bytes:
        """What evidence about it cites (E1). Raises ValueError for an import."""
        if self.parties is None:
            raise ValueError("nothing is proved about an import")
        return bytes(self.parties)


class Copy(models.Model):
    """What one mailbox holds of an envelope: its seal, its folder, its own retention."""

    class Role(models.TextChoices):
        FROM = "from"
        TO = "to"
        CC = "cc"
        KEPT = "kept"  # a mail that its holder imported

    class Folder(models.TextChoices):
        RECEIVED = "received"
        SENT = "sent"
        TRASH = "trash"
        FILED = "filed"  # in one of the mailbox's own folders: `filed_in`
        HELD = "held"  # not before `Envelope.deliver_at`: nobody of this mailbox sees it yet

    OWN = (Role.FROM, Role.KEPT)

    id = models.UUIDField(primary_key=True, default=ids.new)  # the sender's own copy has the envelope's
    envelope = models.ForeignKey(Envelope, models.CASCADE, related_name="copies", db_index=False)
    mailbox = models.ForeignKey(Mailbox, models.PROTECT, related_name="copies", db_index=False)
    role = models.CharField(max_length=4, choices=Role)
    recipient = models.PositiveSmallIntegerField(null=True)  # index in the sealed list; NULL for the sender
    epoch = models.PositiveIntegerField()
    seal = models.BinaryField(null=True)  # the content key; NULL once destroyed
    folder = models.CharField(max_length=8, choices=Folder)
    # Kept in the trash too, to put it back where it was; NULL once that folder is gone.
    filed_in = models.ForeignKey(
        "Folder", models.SET_NULL, null=True, related_name="copies", db_index=False
    )  # see copy_filed
    sort_at = models.DateTimeField()  # sealed_at, beside the folder so that lists need one index
    opened_at = models.DateTimeField(null=True)  # first opening by anybody of this mailbox
    destroy_at = models.DateTimeField()  # the end of its retention, or the sender's expiry when that is sooner
    warned = models.PositiveSmallIntegerField(default=0)  # 0, then 15, then 3: last notice given, in days
    destroyed_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)  # by the sender, before anybody of this mailbox opened it
    answered_at = models.DateTimeField(null=True)  # by this mailbox
    # What its line in a list shows, with the content key, under the mailbox's list key (V4): NULL until first listed.
    line = models.BinaryField(null=True)
    segment = models.ForeignKey(Segment, models.SET_NULL, null=True, related_name="copies", db_index=False)
    # Of an import: its octets under the mailbox's list key, so that the same mail is known again. NULL once destroyed.
    mark = models.BinaryField(max_length=32, null=True)
    indexed_text = models.BooleanField(default=False)  # the segment knows the letter's words, not only its summary

    class Meta:
        constraints = [
            models.UniqueConstraint("envelope", "mailbox", "role", name="copy_once_a_role"),
            models.UniqueConstraint("mailbox", "mark", name="copy_import_once", condition=~models.Q(mark=None)),
        ]
        indexes = [
            models.Index(fields=["mailbox", "folder", "-sort_at"], name="copy_list"),
            models.Index(fields=["filed_in", "-sort_at"], name="copy_filed", condition=~models.Q(filed_in=None)),
            models.Index("segment", name="copy_segment", condition=~models.Q(segment=None)),
            models.Index("destroy_at", name="copy_retention", condition=models.Q(destroyed_at=None)),
            # Its condition compares with no value: databases then use it for statements with parameters too.
            models.Index(
                fields=["mailbox", "folder", "-sort_at"],
                name="copy_unopened",
                condition=models.Q(opened_at=None, destroyed_at=None),
            ),
            models.Index("mailbox", name="copy_unindexed", condition=models.Q(indexed_text=False, destroyed_at=None)),
        ]

    @property
    def needs_no_opening(self) -> bool:
        """What its holder sent or imported himself."""
        return self.role in self.OWN


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


class Snippet(models.Model):
    """A mailbox's own words, sealed under its list key: a template of a letter, or the signature below each."""

    class Kind(models.TextChoices):
        TEMPLATE = "template"
        SIGNATURE = "signature"

    id = models.UUIDField(primary_key=True, default=ids.new)
    mailbox = models.ForeignKey(Mailbox, models.CASCADE, related_name="snippets")
    kind = models.CharField(max_length=9, choices=Kind)
    epoch = models.PositiveIntegerField()
    sealed = models.BinaryField()
    position = models.PositiveSmallIntegerField(default=0)
    saved_at = models.DateTimeField()


class AutoReply(models.Model):
    """What a mailbox answers by itself while its owner is away. The worker writes it: hence the queue key (V11)."""

    mailbox = models.OneToOneField(Mailbox, models.CASCADE, primary_key=True, related_name="auto_reply")
    since = models.DateTimeField()
    until = models.DateTimeField()
    sealed = models.BinaryField()  # to the queue key, for the worker
    epoch = models.PositiveIntegerField()
    sealed_own = models.BinaryField()  # to the mailbox, for its owner to read and change


class AutoReplied(models.Model):
    """Whom an auto-reply already answered since it was switched on (RFC 3834 §2: not again and again)."""

    id = models.UUIDField(primary_key=True, default=ids.new)
    auto_reply = models.ForeignKey(AutoReply, models.CASCADE, related_name="answered", db_index=False)
    sender = models.UUIDField()  # the mailbox that was answered
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("auto_reply", "sender", name="auto_replied_once")]
