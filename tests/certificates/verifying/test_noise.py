"""Does nothing that a stranger sends make the verifier fall over?"""

import json
import random
from typing import Any

import pytest

from certificates.baking import bake_png, bake_svg
from certificates.verifying import Verdict, examine
from tests.certificates.verifying.issuer import (
    AT,
    make_did_document,
    make_jwt,
    make_list,
    make_signed,
    network,
)
from tests.certificates.verifying.pictures import PNG, SVG

pytestmark = pytest.mark.django_db

SIGNED = make_signed()
TEXT = json.dumps(SIGNED, ensure_ascii=False)

ODD: list[Any] = [
    None,
    True,
    0,
    -1,
    2**70,
    1.5,
    "",
    "x",
    "_:b",
    "did:web:",
    [],
    [[]],
    {},
    {"id": 7},
    [{"@id": "x"}],
    ["x"] * 3,
]


def places(value: Any, path: tuple[Any, ...] = ()) -> Any:
    if path:
        yield path
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(item, (*path, key))


def odd_copies(document: Any, *, seed: int) -> Any:
    """Copies with something odd in one place each; every place is visited."""
    noise = random.Random(seed)
    for path in places(document):
        for odd in noise.sample(ODD, 4):
            copy = json.loads(json.dumps(document))
            node = copy
            for step in path[:-1]:
                node = node[step]
            node[path[-1]] = odd
            yield copy


def test_no_credential_makes_it_fall_over() -> None:
    for copy in odd_copies(SIGNED, seed=1):
        report = examine(json.dumps(copy).encode(), at=AT, fetch=network())
        assert report.verdict in {Verdict.MALFORMED, Verdict.ALTERED, Verdict.CANNOT_CHECK_NOW}, report.checks


def test_no_answer_of_an_issuer_makes_it_fall_over() -> None:
    for copy in odd_copies(make_did_document(), seed=2):
        examine(TEXT.encode(), at=AT, fetch=network(did=copy))
        examine(make_jwt(), at=AT, fetch=network(did=copy))
    for copy in odd_copies(make_list(), seed=3):
        assert examine(TEXT.encode(), at=AT, fetch=network(listed=copy)).verdict == Verdict.CANNOT_CHECK_NOW


def test_no_token_makes_it_fall_over() -> None:
    for name in ("alg", "typ", "kid", "jwk", "cty"):
        for odd in ODD:
            examine(make_jwt(header={name: odd}), at=AT, fetch=network())
    for name in ("iss", "jti", "sub", "nbf", "exp", "iat", "vc"):
        for odd in ODD:
            examine(make_jwt(**{name: odd}), at=AT, fetch=network())


def test_no_noise_makes_it_fall_over() -> None:
    noise = random.Random(4)
    whole = [bake_png(PNG, TEXT), bake_svg(SVG, TEXT).encode(), make_jwt(), TEXT.encode()]
    for data in whole:
        for _ in range(60):
            start = noise.randrange(len(data))
            broken = data[:start] + noise.randbytes(noise.randrange(6)) + data[start + noise.randrange(6) :]
            assert examine(broken, at=AT, fetch=network()).verdict in Verdict.values
