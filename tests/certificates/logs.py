"""What do the tests of the log read out of it?"""

import json
from itertools import pairwise
from typing import Any

from certificates.log.reading import consistency_path, tree_now
from certificates.log.tree import consistency_holds, grown, leaf_hash, root_of
from certificates.models import Checkpoint, LogEntry


def said_in_log() -> list[dict[str, Any]]:
    """What each leaf says, in order."""
    return [json.loads(leaf) for leaf in LogEntry.objects.order_by("index").values_list("leaf", flat=True)]


def events() -> list[str]:
    return [said["event"] for said in said_in_log()]


def assert_the_log_is_sound() -> None:
    """No gap; every kept hash and root is that of the leaves; the log has grown from each checkpoint to the next."""
    rows = list(LogEntry.objects.order_by("index").values_list("index", "leaf", "leaf_hash"))
    assert [index for index, _leaf, _hashed in rows] == list(range(len(rows)))
    peaks: list[bytes] = []
    for index, leaf, hashed in rows:
        assert leaf_hash(leaf.encode()).hex() == hashed
        peaks, _completed = grown(index, peaks, bytes.fromhex(hashed))
    assert (tree_now().size, tree_now().root) == (len(rows), root_of(peaks))
    published = list(Checkpoint.objects.order_by("size"))
    for before, after in pairwise(published):
        assert consistency_holds(
            first=before.size,
            second=after.size,
            first_root=bytes.fromhex(before.root),
            second_root=bytes.fromhex(after.root),
            path=consistency_path(first=before.size, second=after.size),
        )
