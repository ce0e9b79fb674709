"""Is hostile input refused in under 50 milliseconds of work?

The thread's own time, and the best of three runs: what else the machine does is not this code's doing.
"""

import gzip
import json
import time
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from certificates.baking import bake_png, bake_svg
from certificates.bitstring import BadStatusList, decode
from certificates.canonical import RefusedDocument, canonical_nquads
from certificates.documents import credential_for
from certificates.verifying import Report, Step, Verdict, examine
from tests.certificates.awards import make_award
from tests.certificates.verifying.issuer import AT, b64, make_jwt, make_list, make_signed, network, signed_bytes_of
from tests.certificates.verifying.pictures import PNG, SVG, chunk
from tests.certificates.verifying.test_refusals import hs256

pytestmark = pytest.mark.django_db

PROMISED = 0.050  # seconds
SIGNED = make_signed()
TEXT = json.dumps(SIGNED)


def lookalikes(parents: int, children: int) -> dict[str, Any]:
    """Parts that nothing tells apart but their place: RDFC-1.0 tries them in every order."""
    parent = {"type": ["Achievement"], "related": [{"type": ["Related"]}] * children}
    return {**SIGNED, "evidence": [parent] * parents}


def ring(size: int) -> dict[str, Any]:
    nodes = [{"id": f"_:b{n}", "type": ["Related"], "related": {"id": f"_:b{(n + 1) % size}"}} for n in range(size)]
    return {**SIGNED, "evidence": nodes}


def two_chunks() -> bytes:
    one = bake_png(PNG, TEXT)
    return one[:-12] + chunk(b"iTXt", b"openbadgecredential\0\0\0\0\0" + TEXT.encode()) + one[-12:]


def entities() -> bytes:
    lines = [f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12)]
    return ('<!DOCTYPE svg [<!ENTITY e0 "ha">' + "".join(lines) + "]>" + bake_svg(SVG, "&e11;")).encode()


BOMB = zlib.compressobj(9, wbits=31)
GZIP_BOMB = b"".join([*(BOMB.compress(bytes(1024 * 1024)) for _ in range(256)), BOMB.flush()])

HOSTILE: dict[str, tuple[Callable[[], bytes], Step, dict[str, Any]]] = {
    "3.5 kB of look-alikes": (lambda: signed_bytes_of(lookalikes(2, 9)), Step.SCHEMA, {}),
    "a ring of labels": (lambda: signed_bytes_of(ring(12)), Step.SCHEMA, {}),
    "20,000 levels": (lambda: b'{"a":' * 20_000 + b"{}" + b"}" * 20_000, Step.DOCUMENT, {}),
    "20,000 levels of lists": (lambda: b'{"a":' + b"[" * 20_000 + b"]" * 20_000 + b"}", Step.DOCUMENT, {}),
    "20,000 levels that never end": (lambda: b'{"a":' * 20_000, Step.DOCUMENT, {}),
    "a string of 3 MB": (lambda: json.dumps({**SIGNED, "name": "x" * 3_000_000}).encode(), Step.FILE, {}),
    "a string of 3 MB in a picture": (
        lambda: bake_png(PNG, json.dumps({**SIGNED, "name": "x" * 3_000_000})), Step.FILE, {}),
    "a string of 3 MB in a drawing": (lambda: bake_svg(SVG, "x" * 3_000_000).encode(), Step.FILE, {}),
    "a JWT of 3 MB": (lambda: b"a" * 1_000_000 + b"." + b"b" * 1_000_000 + b"." + b"c" * 1_000_000, Step.FILE, {}),
    "a proof of 200 kB": (
        lambda: signed_bytes_of({**SIGNED, "proof": {**SIGNED["proof"], "proofValue": "z" + "2" * 200_000}}), Step.PROOF, {}),
    "digits without end": (lambda: b'{"a": ' + b"9" * 200_000 + b"}", Step.DOCUMENT, {}),
    "60,000 values": (lambda: json.dumps({**SIGNED, "a": [1] * 60_000}).encode(), Step.DOCUMENT, {}),
    "60,000 objects": (lambda: json.dumps({**SIGNED, "a": [{}] * 60_000}).encode(), Step.DOCUMENT, {}),
    "two iTXt chunks": (two_chunks, Step.FILE, {}),
    "a compressed chunk": (
        lambda: PNG[:-12] + chunk(b"iTXt", b"openbadgecredential\0\1\0\0\0" + zlib.compress(bytes(10**7))) + PNG[-12:],
        Step.FILE, {}),
    "a document type": (lambda: b"<!DOCTYPE svg>" + bake_svg(SVG, TEXT).encode(), Step.FILE, {}),
    "entities in entities": (entities, Step.FILE, {}),
    "an entity of this machine": (
        lambda: b'<!DOCTYPE svg [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + bake_svg(SVG, "&e;").encode(), Step.FILE, {}),
    "a drawing of 20,000 levels": (lambda: b"<g>" * 20_000 + b"</g>" * 20_000, Step.FILE, {}),
    "a key twice": (lambda: b'{"issuer": "x", ' + TEXT.encode()[1:], Step.DOCUMENT, {}),
    "alg: none": (lambda: make_jwt(header={"alg": "none"}, signature=b""), Step.PROOF, {}),
    "the public key as a secret": (hs256, Step.PROOF, {}),
    "a bomb as status list": (lambda: TEXT.encode(), Step.STATUS,
        {"listed": make_list(subject={"encodedList": "u" + b64(gzip.compress(bytes(8_000_000)))})}),
    "a status list of 256 MB": (lambda: TEXT.encode(), Step.STATUS,
        {"listed": json.dumps({**make_list(), "credentialSubject": {"encodedList": "u" + b64(GZIP_BOMB)}}).encode()}),
}  # fmt: skip


def best_of_three(data: bytes, answers: dict[str, Any]) -> tuple[Report, float]:
    taken = []
    for _ in range(3):
        asked = network(**answers)
        started = time.thread_time()
        report = examine(data, at=AT, fetch=asked)
        taken.append(time.thread_time() - started)
    return report, min(taken)


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_input_is_refused_at_once(what: str) -> None:
    data, step, answers = HOSTILE[what]

    report, seconds = best_of_three(data(), answers)

    assert report.verdict in {Verdict.MALFORMED, Verdict.CANNOT_CHECK_NOW}
    assert next(check.check for check in report.checks if check.outcome != "passed") == step, report.checks
    assert seconds < PROMISED


def test_look_alikes_that_follow_the_schema_are_refused_at_once() -> None:
    """3.5 kB of what takes a canonicaliser ten seconds: the guard counts them first."""
    related = [{"type": ["Related"]}] * 9
    document = {**credential_for(make_award()), "evidence": [{"type": ["Achievement"], "related": related}] * 2}
    taken = []
    for _ in range(3):
        started = time.thread_time()
        with pytest.raises(RefusedDocument):
            canonical_nquads(document)
        taken.append(time.thread_time() - started)
    endorsed = [{"type": ["IdentityObject"], "hashed": False, "identityHash": "x", "identityType": "name"}] * 40
    subject = {**SIGNED["credentialSubject"], "identifier": endorsed}

    report, seconds = best_of_three(signed_bytes_of({**SIGNED, "credentialSubject": subject}), {})

    assert len(json.dumps(document)) < 3_600
    assert min(taken) < PROMISED
    assert report.verdict in {Verdict.MALFORMED, Verdict.ALTERED}
    assert seconds < PROMISED


def test_a_bomb_is_never_unpacked_whole() -> None:
    """256 MiB of zeros in a quarter of a megabyte: one byte more than is allowed is unpacked, and no more."""
    encoded = "u" + b64(GZIP_BOMB)
    taken = []
    for _ in range(3):
        started = time.thread_time()
        with pytest.raises(BadStatusList):
            decode(encoded)
        taken.append(time.thread_time() - started)

    assert len(gzip.decompress(GZIP_BOMB)) == 256 * 1024 * 1024
    assert min(taken) < PROMISED


def test_a_list_that_is_too_large_is_not_read() -> None:
    encoded = "u" + b64(GZIP_BOMB)
    listed = json.dumps({**make_list(), "credentialSubject": {"encodedList": encoded}}).encode()

    assert len(listed) > 256 * 1024
    report = examine(TEXT.encode(), at=AT, fetch=network(listed=listed))
    assert report.verdict == Verdict.CANNOT_CHECK_NOW
    assert report.explanation.startswith("The issuer’s list of withdrawn credentials cannot be relied on")


def test_what_the_guards_let_through_costs_little() -> None:
    """In place of a process with a limit: the dearest that is not refused is bounded by what the guards count."""
    many = [{"id": f"urn:x:{n}", "type": ["Evidence"], "name": "n"} for n in range(250)]
    pairs = [{"type": ["Evidence"], "name": str(n)} for n in (0, 0, 0, 0, 1, 1, 1, 1)]
    subject = credential_for(make_award())["credentialSubject"]
    tagged = {**subject, "achievement": {**subject["achievement"], "tag": [str(n) for n in range(4_800)]}}
    for changes in ({"evidence": many}, {"evidence": pairs}, {"credentialSubject": tagged}):
        document = make_signed(**changes)

        report, seconds = best_of_three(signed_bytes_of(document), {})

        assert report.verdict == Verdict.UNKNOWN_ISSUER
        assert seconds < 2
