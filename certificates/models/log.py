"""What stands in the transparency log, and what was signed about it?"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from cms.accounts.models import Entry

from .certificates import Certificate


class LogEntry(models.Model):
    """One leaf of the tree: something that happened to a certificate, in the bytes that were hashed. Never changed.

    The leaf is canonical JSON with digests only, as `log.appending.leaf_of` writes it. Its index counts from 0 without a gap,
    which a trigger keeps. `certificate` and `entry`, its place in our history, are ours and are not published.
    """

    index = models.PositiveBigIntegerField(primary_key=True)
    leaf = models.TextField()
    leaf_hash = models.CharField(max_length=64, db_index=True)  # as RFC 6962 hashes a leaf, hexadecimal
    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="log_entries")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            # A replacement is one change and two leaves: one certificate ends, another begins.
            models.UniqueConstraint(fields=["entry", "certificate"], name="logentry_one_for_a_change_of_a_certificate"),
            models.CheckConstraint(condition=~Q(leaf=""), name="logentry_says_something"),
        ]

    def __str__(self) -> str:
        return f"LogEntry {self.index}"


class LogNode(models.Model):
    """The root of a complete subtree of two or more leaves, kept so that a proof reads a few rows. Never changed."""

    level = models.PositiveSmallIntegerField()  # of 1 << level leaves
    number = models.PositiveBigIntegerField()  # at that level, from the left, from 0
    hash = models.CharField(max_length=64)  # hexadecimal

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["level", "number"], name="lognode_one_at_each_place"),
            models.CheckConstraint(condition=Q(level__gte=1), name="lognode_above_the_leaves"),
        ]

    def __str__(self) -> str:
        return f"LogNode {self.number} at level {self.level}"


class LogHead(models.Model):
    """The one row that is locked to add to the log: how many leaves there are, and the roots they fall into."""

    size = models.PositiveBigIntegerField(default=0)
    peaks = models.JSONField(default=list)  # hexadecimal, from left to right

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="loghead_only_one")]

    def __str__(self) -> str:
        return f"LogHead: {self.size} entries"


class LogKey(models.Model):
    """A key that signs, or signed, checkpoints. The log has keys of its own: losing another touches no checkpoint.

    `name` is the log's origin, `host/log`: under another address it is another log's key.
    """

    name = models.CharField(max_length=255)
    public = models.CharField(max_length=64, unique=True)  # the 32 bytes of an Ed25519 key, hexadecimal
    wrapped_private = models.BinaryField()  # AES-GCM under CREDENTIAL_KEY_SECRET
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name"], condition=Q(retired_at=None), name="logkey_one_in_use_for_a_log"),
            models.CheckConstraint(
                condition=Q(retired_at=None) | Q(retired_at__isnull=False, retired_at__gte=F("made_at")),
                name="logkey_retired_after_made",
            ),
        ]

    def __str__(self) -> str:
        return f"LogKey {self.pk} of {self.name}"


class Checkpoint(models.Model):
    """What was published about the log at one moment, as signed. Kept for ever: others may hold it against us."""

    key = models.ForeignKey(LogKey, on_delete=models.PROTECT, related_name="checkpoints")
    size = models.PositiveBigIntegerField()
    root = models.CharField(max_length=64)  # hexadecimal
    note = models.TextField()  # the signed note, as served
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "size"], name="checkpoint_one_of_a_size_by_a_key"),
        ]

    def __str__(self) -> str:
        return f"Checkpoint {self.pk}: {self.size} entries"
