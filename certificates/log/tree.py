"""What is the root of a list of entries, and what shows that one is in it, or that an older list is its beginning?

Hashes as in RFC 6962 §2.1; proofs as in its §2.1.1 and §2.1.2; their checks as in RFC 9162 §2.1.3.2 and §2.1.4.2. Nothing
here reads or writes. A *place* is a complete subtree: its level (0 for a leaf) and its number at that level from the left.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence

Place = tuple[int, int]  # level, number: the leaves from number << level on, 1 << level of them
Range = tuple[int, int]  # of leaves, the end excluded

EMPTY = hashlib.sha256().digest()


def leaf_hash(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def grown(size: int, peaks: Sequence[bytes], leaf: bytes) -> tuple[list[bytes], list[tuple[Place, bytes]]]:
    """The tree of `size` leaves with one more: its new peaks, and the subtrees that the leaf has completed.

    `peaks` are the roots of the complete subtrees that a tree falls into, from left to right: all that need be known to
    add to it.
    """
    peaks = list(peaks)
    completed: list[tuple[Place, bytes]] = []
    node, level = leaf, 0
    while size >> level & 1:
        node = node_hash(peaks.pop(), node)
        level += 1
        completed.append(((level, size >> level), node))
    return [*peaks, node], completed


def root_of(peaks: Sequence[bytes]) -> bytes:
    """The root of the tree that falls into these complete subtrees."""
    if not peaks:
        return EMPTY
    *rest, root = peaks
    for peak in reversed(rest):
        root = node_hash(peak, root)
    return root


def places_in(leaves: Range) -> list[Place]:
    """The complete subtrees of a range that a proof names, or of a whole tree, from left to right."""
    start, end = leaves
    places = []
    while start < end:
        level = (end - start).bit_length() - 1  # the largest that fits; ranges begin where it may stand
        places.append((level, start >> level))
        start += 1 << level
    return places


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """The ranges whose roots show that leaf `index` is in the tree of `size` leaves, from the leaf upwards."""
    ranges, (start, end) = [], (0, size)
    while end - start > 1:
        split = start + _left_of(end - start)
        if index < split:
            ranges.append((split, end))
            end = split
        else:
            ranges.append((start, split))
            start = split
    return ranges[::-1]


def consistency_ranges(first: int, second: int) -> list[Range]:
    """The ranges whose roots show that the tree of `first` leaves is the beginning of that of `second`, 0 < first."""
    ranges, (start, end) = [], (0, second)
    while first < end:
        split = start + _left_of(end - start)
        if first <= split:
            ranges.append((split, end))
            end = split
        else:
            ranges.append((start, split))
            start = split
    # What is left is a subtree of the first tree; the whole of it needs no proof.
    return ([] if start == 0 else [(start, end)]) + ranges[::-1]


def roots_of(ranges: Iterable[Range], fetch: Callable[[set[Place]], dict[Place, bytes]]) -> list[bytes]:
    """The root of each range, of subtrees that `fetch` is asked for once."""
    parts = [places_in(leaves) for leaves in ranges]
    known = fetch({place for places in parts for place in places})
    return [root_of([known[place] for place in places]) for places in parts]


def inclusion_holds(*, index: int, size: int, leaf: bytes, path: Sequence[bytes], root: bytes) -> bool:
    """Whether `path` shows that `leaf` stands at `index` in the tree of `size` leaves with that root."""
    if not 0 <= index < size:
        return False
    place, last, node = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            node = node_hash(sibling, node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and node == root


def consistency_holds(*, first: int, second: int, first_root: bytes, second_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether `path` shows that the tree of `first` leaves is the beginning of that of `second`."""
    if first == second:
        return not path and first_root == second_root
    if not 0 <= first < second:
        return False
    if first == 0:  # the empty tree is the beginning of any
        return not path and first_root == EMPTY
    steps = list(path)
    if first & (first - 1) == 0:  # a complete tree: its root is the first step, and is not sent
        steps.insert(0, first_root)
    if not steps:
        return False
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    before = after = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            before, after = node_hash(step, before), node_hash(step, after)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            after = node_hash(after, step)
        place, last = place >> 1, last >> 1
    return last == 0 and before == first_root and after == second_root


def _left_of(width: int) -> int:
    """How many leaves stand to the left of the split of a tree: the largest power of two that is less than all."""
    return 1 << (width - 1).bit_length() - 1
