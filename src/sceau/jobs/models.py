from django.db import models

from sceau.core import ids


class Job(models.Model):
    """Work to do later, queued in the transaction of the act that wants it."""

    id = models.UUIDField(primary_key=True, default=ids.new)
    name = models.CharField(max_length=40)
    object_id = models.UUIDField(null=True)
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=40, blank=True)  # a code, never a text

    class Meta:
        indexes = [models.Index(fields=["name", "due_at"], name="job_due")]
        constraints = [models.UniqueConstraint(fields=["name", "object_id"], name="job_once_an_object")]
