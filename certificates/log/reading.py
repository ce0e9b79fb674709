"""What does the log hold now, and how is that proved? Reads only; a proof costs two queries, however long the log is."""

from dataclasses import dataclass

from django.db.models import Q

from ..models import LogEntry, LogHead, LogNode
from .tree import Place, consistency_ranges, inclusion_ranges, places_in, root_of, roots_of


class NoSuchTree(Exception):
    """The log has never had that many entries, or has no such entry in a tree of that size."""


@dataclass(frozen=True, kw_only=True)
class Tree:
    """How many entries the log has, and the root over them."""

    size: int
    root: bytes


def tree_now() -> Tree:
    """The log as it is committed. One query."""
    head = LogHead.objects.first()
    if head is None:
        return Tree(size=0, root=root_of([]))
    return Tree(size=head.size, root=root_of([bytes.fromhex(peak) for peak in head.peaks]))


def root_at(size: int) -> bytes:
    """The root that the log had at that size. Raises NoSuchTree."""
    _refuse_beyond(size)
    places = places_in((0, size))
    known = hashes_at(set(places))
    return root_of([known[place] for place in places])


def inclusion_path(*, index: int, size: int) -> list[bytes]:
    """What shows that entry `index` is in the log of `size` entries (RFC 6962 §2.1.1). Raises NoSuchTree."""
    _refuse_beyond(size)
    if not 0 <= index < size:
        raise NoSuchTree(f"There is no entry {index} among the first {size}.")
    return roots_of(inclusion_ranges(index, size), hashes_at)


def consistency_path(*, first: int, second: int) -> list[bytes]:
    """What shows that the log of `first` entries is the beginning of that of `second` (RFC 6962 §2.1.2).

    Nothing is needed for an empty beginning or an equal one. Raises NoSuchTree.
    """
    _refuse_beyond(second)
    if not 0 <= first <= second:
        raise NoSuchTree(f"A log of {first} entries is not the beginning of one of {second}.")
    return roots_of(consistency_ranges(first, second), hashes_at) if first else []


def hashes_at(places: set[Place]) -> dict[Place, bytes]:
    """The kept hashes at these places: leaves from their entries, the others from their nodes. Two queries at most."""
    numbers: dict[int, list[int]] = {}
    for level, number in places:
        numbers.setdefault(level, []).append(number)
    known: dict[Place, bytes] = {}
    if leaves := numbers.pop(0, None):
        for index, leaf in LogEntry.objects.filter(index__in=leaves).values_list("index", "leaf_hash"):
            known[0, index] = bytes.fromhex(leaf)
    if numbers:
        wanted = Q()
        for level, those in numbers.items():
            wanted |= Q(level=level, number__in=those)
        for level, number, node in LogNode.objects.filter(wanted).values_list("level", "number", "hash"):
            known[level, number] = bytes.fromhex(node)
    return known


def _refuse_beyond(size: int) -> None:
    if not 0 <= size <= tree_now().size:
        raise NoSuchTree(f"The log has never had {size} entries.")
