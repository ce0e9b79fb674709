"""What have we said about the log, signed? A checkpoint is made when somebody asks, and by the clock; each is kept.

Before a new one is published it is held against the last: the log is to have grown from it. Each was held against its
predecessor in turn, so it has grown from all of them.
"""

from datetime import datetime

from django.utils.translation import gettext as _

from ..models import Checkpoint
from .keys import CannotPublish, key_in_use, log_origin, signer_of
from .notes import Head, write_note
from .reading import NoSuchTree, consistency_path, tree_now
from .tree import consistency_holds


class LogForked(CannotPublish):
    """The log is not one that has grown from what was published: nothing new may be signed about it."""


def publish_checkpoint(*, at: datetime) -> Checkpoint:
    """The checkpoint of the log as it is now, signed if there is none yet. Repeating returns the same.

    Raises LogForked when the log has not grown from its last checkpoint, CannotPublish when it cannot be signed.
    """
    key, tree = key_in_use(at=at), tree_now()
    last = newest_checkpoint()
    if last and (last.key_id, last.size, last.root) == (key.pk, tree.size, tree.root.hex()):
        return last
    if last and not _has_grown(last, tree.size, tree.root):
        raise LogForked(_("The log does not follow from its last checkpoint. Run “manage.py verify_records”."))
    head = Head(origin=log_origin(), size=tree.size, root=tree.root)
    note = write_note(head, name=key.name, public=bytes.fromhex(key.public), sign=signer_of(key))
    # Two may ask at once: both make the same note, and one of them keeps it.
    new = Checkpoint(key=key, size=tree.size, root=tree.root.hex(), note=note, made_at=at)
    Checkpoint.objects.bulk_create([new], ignore_conflicts=True)
    return Checkpoint.objects.select_related("key").get(key=key, size=tree.size)


def served_checkpoint(*, at: datetime) -> Checkpoint:
    """The checkpoint to serve: the newest that can be, also while we cannot sign.

    Raises LogForked, and CannotPublish when there is none yet and none can be signed.
    """
    try:
        return publish_checkpoint(at=at)
    except LogForked:
        raise
    except CannotPublish:
        if last := newest_checkpoint():
            return last
        raise


def newest_checkpoint(*, size: int | None = None) -> Checkpoint | None:
    """The last that was published of the log, or of that size. One query."""
    checkpoints = Checkpoint.objects.filter(key__name=log_origin()).select_related("key")
    if size is not None:
        checkpoints = checkpoints.filter(size=size)
    return checkpoints.order_by("-size", "-pk").first()


def _has_grown(last: Checkpoint, size: int, root: bytes) -> bool:
    try:
        path = consistency_path(first=last.size, second=size)
    except (NoSuchTree, LookupError, ValueError):  # it has become shorter, or a part of it is gone
        return False
    before = bytes.fromhex(last.root)
    return consistency_holds(first=last.size, second=size, first_root=before, second_root=root, path=path)
