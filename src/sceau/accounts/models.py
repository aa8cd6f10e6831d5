"""People, their mailboxes, and what guards the way in."""

from django.db import models

from sceau.core import ids
from sceau.vault.models import Principal


class Person(models.Model):
    class Status(models.TextChoices):
        UNVERIFIED = "unverified"  # non validé: reads and replies
        CERTIFIED = "certified"  # certifié: writes to anybody it may
        CLOSED = "closed"

    id = models.UUIDField(primary_key=True, default=ids.new)
    email = models.CharField(max_length=254, unique=True)  # str(Address)
    civility = models.CharField(max_length=12, blank=True)  # "Dr", "Mme"…
    given_name = models.CharField(max_length=80)
    family_name = models.CharField(max_length=80)
    profession = models.CharField(max_length=80, blank=True)
    structure = models.CharField(max_length=120, blank=True)
    city = models.CharField(max_length=80, blank=True)
    phone = models.CharField(max_length=24, blank=True)
    rpps = models.CharField(max_length=11, null=True, unique=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.UNVERIFIED)
    language = models.CharField(max_length=2, default="fr")
    zone = models.CharField(max_length=40, default="Europe/Paris")
    theme = models.CharField(max_length=5, blank=True)  # "light", "dark", or as the device has it
    text_size = models.CharField(max_length=6, blank=True)  # "large", "larger", or as the browser has it
    principal = models.OneToOneField(Principal, models.PROTECT, related_name="+")
    notices_off = models.CharField(max_length=120, blank=True)  # kinds switched off, comma-separated
    notice_word = models.BinaryField(null=True)  # the word its mails show, sealed to the queue key
    created_at = models.DateTimeField()

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.civility, self.given_name, self.family_name) if part)

    @property
    def is_active(self) -> bool:
        return self.status != self.Status.CLOSED


class Mailbox(models.Model):
    id = models.UUIDField(primary_key=True, default=ids.new)
    address = models.CharField(max_length=254, unique=True)
    domain = models.CharField(max_length=253, db_index=True)
    owner = models.ForeignKey(Person, models.PROTECT, null=True, related_name="mailboxes")
    name = models.CharField(max_length=180)  # civility (12), given and family name (80 each)
    created_at = models.DateTimeField()


class SignUp(models.Model):
    """A confirmation link that was mailed. The address is readable only with the link's token."""

    id = models.BinaryField(primary_key=True, max_length=32)  # HMAC of the token
    sealed_address = models.BinaryField()
    expires_at = models.DateTimeField()


class Code(models.Model):
    """A six-digit code: HMAC, five tries, three resends, once (codes.py)."""

    id = models.UUIDField(primary_key=True, default=ids.new)
    purpose = models.CharField(max_length=12)
    subject = models.BinaryField(max_length=32)  # what it opens, hashed (a pending session, a guest link)
    mac = models.BinaryField(max_length=32)
    tries_left = models.PositiveSmallIntegerField(default=5)
    resends_left = models.PositiveSmallIntegerField(default=3)
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("purpose", "subject", name="code_once_a_subject")]


class Rate(models.Model):
    """How often something happened in one window of time (rates.py)."""

    id = models.BinaryField(primary_key=True, max_length=32)  # HMAC of what, whom and which window
    count = models.PositiveIntegerField(default=0)
    expires_at = models.DateTimeField(db_index=True)


class Device(models.Model):
    """A browser that completed a login of this person; knowing it silences the new-device alert."""

    id = models.BinaryField(primary_key=True, max_length=32)  # HMAC of cookie and person
    person = models.ForeignKey(Person, models.CASCADE, related_name="devices")
    first_seen_at = models.DateTimeField()
    seen_at = models.DateTimeField()


class JournalEntry(models.Model):
    """The person's own security journal."""

    id = models.UUIDField(primary_key=True, default=ids.new)
    # NULL: a try on an address nobody has. Writing it costs what a try on a real one costs (attack 24).
    person = models.ForeignKey(Person, models.CASCADE, null=True, related_name="journal")
    kind = models.CharField(max_length=30)
    device = models.CharField(max_length=80, blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index("person", "at", name="journal_of_person"),
            models.Index("at", name="journal_age"),
        ]


class Recovery(models.Model):
    """« Accès perdu » (V8): asked by mail, waiting for a second proof."""

    class State(models.TextChoices):
        ASKED = "asked"  # link mailed
        WAITING = "waiting"  # new password set, 24 h run, an operator must release
        RELEASED = "released"  # by an operator: the worker may use custody
        HANDED = "handed"  # the key waits under the new password
        DONE = "done"
        REFUSED = "refused"

    id = models.UUIDField(primary_key=True, default=ids.new)
    token_hash = models.BinaryField(max_length=32, unique=True)
    refusal_hash = models.BinaryField(max_length=32, unique=True, null=True)
    # NULL: asked for an address nobody has, at the same cost. Its link opens nothing.
    person = models.ForeignKey(Person, models.CASCADE, null=True, related_name="recoveries")
    state = models.CharField(max_length=8, choices=State, default=State.ASKED)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    waiting_since = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
