"""Are the tree's roots, proofs and checks those of RFC 6962, to the byte?"""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.log.tree import (
    EMPTY,
    Place,
    consistency_holds,
    consistency_ranges,
    grown,
    inclusion_holds,
    inclusion_ranges,
    leaf_hash,
    node_hash,
    places_in,
    root_of,
    roots_of,
)

# The vectors of the reference implementation: github.com/transparency-dev/merkle, testonly/constants.go and
# proof/verify_test.go (Apache-2.0); the same as in Certificate Transparency's own.
LEAVES = [
    bytes.fromhex(leaf)
    for leaf in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
A, B, C = (
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
)
INCLUSION = [
    (0, 1, []),
    (0, 2, [A]),
    (1, 2, [ROOTS[1]]),
    (2, 3, [ROOTS[2]]),
    (1, 5, [ROOTS[1], B, C]),
    (0, 8, [A, B, "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"]),
    (5, 8, [C, "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0", ROOTS[4]]),
]
CONSISTENCY = [
    (1, 1, []),
    (1, 8, [A, B, "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"]),
    (
        6,
        8,
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            ROOTS[4],
        ],
    ),
    (2, 5, [B, C]),
]


class Grown:
    """A tree grown leaf by leaf, with the nodes that were completed on the way: what the database keeps."""

    def __init__(self, leaves: list[bytes]) -> None:
        self.peaks: list[bytes] = []
        self.kept: dict[Place, bytes] = {}
        self.roots = [root_of([])]
        for index, leaf in enumerate(leaves):
            hashed = leaf_hash(leaf)
            self.kept[0, index] = hashed
            self.peaks, completed = grown(index, self.peaks, hashed)
            self.kept |= dict(completed)
            self.roots.append(root_of(self.peaks))

    def fetch(self, places: set[Place]) -> dict[Place, bytes]:
        return {place: self.kept[place] for place in places}

    def included(self, index: int, size: int) -> list[bytes]:
        return roots_of(inclusion_ranges(index, size), self.fetch)

    def consistent(self, first: int, second: int) -> list[bytes]:
        return roots_of(consistency_ranges(first, second), self.fetch) if first else []


@pytest.mark.parametrize(
    ("hashed", "expected"),
    [
        (EMPTY, ROOTS[0]),
        (leaf_hash(b""), ROOTS[1]),
        (leaf_hash(b"L123456"), "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56"),
        (node_hash(b"N123", b"N456"), "aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb"),
    ],
)
def test_leaves_and_nodes_are_hashed_apart(hashed: bytes, expected: str) -> None:
    assert hashed.hex() == expected


def test_the_roots_are_those_of_the_reference() -> None:
    assert [root.hex() for root in Grown(LEAVES).roots] == ROOTS


@pytest.mark.parametrize(("index", "size", "expected"), INCLUSION)
def test_inclusion_is_proved_as_the_reference_does(index: int, size: int, expected: list[str]) -> None:
    path = Grown(LEAVES).included(index, size)

    assert [step.hex() for step in path] == expected
    assert inclusion_holds(
        index=index, size=size, leaf=leaf_hash(LEAVES[index]), path=path, root=bytes.fromhex(ROOTS[size])
    )


@pytest.mark.parametrize(("first", "second", "expected"), CONSISTENCY)
def test_consistency_is_proved_as_the_reference_does(first: int, second: int, expected: list[str]) -> None:
    path = Grown(LEAVES).consistent(first, second)

    assert [step.hex() for step in path] == expected
    assert consistency_holds(
        first=first,
        second=second,
        first_root=bytes.fromhex(ROOTS[first]),
        second_root=bytes.fromhex(ROOTS[second]),
        path=path,
    )


# Against the definitions, written down as the RFC has them ------------------------------------------------------


def mth(leaves: list[bytes]) -> bytes:
    if len(leaves) < 2:
        return hashlib.sha256(b"\x00" + leaves[0]).digest() if leaves else hashlib.sha256(b"").digest()
    k = left(len(leaves))
    return hashlib.sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def path_of(m: int, leaves: list[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    k = left(len(leaves))
    if m < k:
        return [*path_of(m, leaves[:k]), mth(leaves[k:])]
    return [*path_of(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m: int, leaves: list[bytes], whole: bool) -> list[bytes]:
    if m == len(leaves):
        return [] if whole else [mth(leaves)]
    k = left(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], whole), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], False), mth(leaves[:k])]


def left(count: int) -> int:
    k = 1
    while k * 2 < count:
        k *= 2
    return k


@st.composite
def trees(draw: st.DrawFn) -> tuple[list[bytes], int, int, int]:
    """Some leaves, two sizes of trees of them in order, and an entry of the second."""
    leaves = draw(st.lists(st.binary(max_size=4), min_size=1, max_size=70))
    second = draw(st.integers(1, len(leaves)))
    return leaves, draw(st.integers(1, second)), second, draw(st.integers(0, second - 1))


@given(trees())
def test_roots_and_proofs_are_those_of_the_definition(drawn: tuple[list[bytes], int, int, int]) -> None:
    leaves, first, second, index = drawn
    tree = Grown(leaves)

    assert tree.roots == [mth(leaves[:size]) for size in range(len(leaves) + 1)]
    assert tree.included(index, second) == path_of(index, leaves[:second])
    assert tree.consistent(first, second) == subproof(first, leaves[:second], True)
    assert root_of([tree.kept[place] for place in places_in((0, second))]) == tree.roots[second]


@given(trees(), st.data())
def test_a_true_proof_holds_and_nothing_else_does(
    drawn: tuple[list[bytes], int, int, int], data: st.DataObject
) -> None:
    leaves, first, second, index = drawn
    tree = Grown(leaves)
    path, grown_by = tree.included(index, second), tree.consistent(first, second)
    said = {"index": index, "size": second, "leaf": tree.kept[0, index], "path": path, "root": tree.roots[second]}
    agreed = {
        "first": first,
        "second": second,
        "first_root": tree.roots[first],
        "second_root": tree.roots[second],
        "path": grown_by,
    }

    assert inclusion_holds(**said)
    assert consistency_holds(**agreed)
    for wrong in (
        {"path": [*path, path[-1] if path else EMPTY]},
        {"root": EMPTY},
        {"leaf": EMPTY},
        {"index": second},
        {"index": -1},
        *([{"path": path[:-1]}, {"path": flipped(path, data)}] if path else []),
    ):
        assert not inclusion_holds(**(said | wrong)), wrong
    for wrong in (
        {"path": [*grown_by, EMPTY]},
        {"first_root": EMPTY},
        {"second_root": EMPTY},
        {"first": second + 1},
        *([{"path": grown_by[:-1]}, {"path": flipped(grown_by, data)}] if grown_by else []),
    ):
        assert not consistency_holds(**(agreed | wrong)), wrong


def flipped(path: list[bytes], data: st.DataObject) -> list[bytes]:
    """The path with one bit of one step the other way round."""
    place = data.draw(st.integers(0, len(path) - 1))
    step = bytearray(path[place])
    step[0] ^= 8
    return [*path[:place], bytes(step), *path[place + 1 :]]


def test_the_empty_log_is_the_beginning_of_any() -> None:
    root = bytes.fromhex(ROOTS[3])

    assert consistency_holds(first=0, second=3, first_root=EMPTY, second_root=root, path=[])
    assert consistency_holds(first=0, second=0, first_root=EMPTY, second_root=EMPTY, path=[])
    assert not consistency_holds(first=0, second=3, first_root=root, second_root=root, path=[])
    assert not consistency_holds(first=0, second=3, first_root=EMPTY, second_root=root, path=[EMPTY])
    assert not consistency_holds(first=3, second=5, first_root=root, second_root=root, path=[])
