import hashlib
import itertools
import json
import random
import time
from importlib import resources

import pytest
from pyld import jsonld

from certificates import canonical
from certificates.canonical import (
    CREDENTIALS_V2,
    OPEN_BADGES_3,
    RefusedDocument,
    UndefinedTerm,
    canonical_nquads,
    described_twice,
)
from certificates.documents import credential_for, status_list_document
from tests.certificates.awards import DID, LIST_URL, NOON, make_award

BOTH = [CREDENTIALS_V2, OPEN_BADGES_3]


def pyld_nquads(document):
    """The canonical form by another implementation, as an oracle."""

    def load(url, options):
        file = resources.files("certificates") / "data" / canonical.CONTEXT_FILES[url]
        return {
            "contextUrl": None,
            "documentUrl": url,
            "contentType": "application/ld+json",
            "document": json.loads(file.read_text()),
        }

    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": load}
    return jsonld.normalize(document, options).encode()


def without(mapping, name):
    return {key: value for key, value in mapping.items() if key != name}


CREDENTIAL = credential_for(make_award())


def test_a_small_document_has_the_form_one_can_write_by_hand():
    document = {
        "@context": [CREDENTIALS_V2],
        "id": "urn:uuid:1",
        "name": "Ana “Nú\tñez”\n",
        "description": "b",
    }

    assert canonical_nquads(document).decode() == (
        '<urn:uuid:1> <https://schema.org/description> "b" .\n'
        '<urn:uuid:1> <https://schema.org/name> "Ana “Nú\\tñez”\\n" .\n'
    )


@pytest.mark.parametrize(
    "document",
    [
        CREDENTIAL,
        credential_for(make_award(holder_name=None, criteria_url=None, valid_until=None, results=[], evidence=[])),
        credential_for(make_award(holder_name='عائشة 王小明 e\u0301 🎬 \u2028 \\ " ‘')),
        status_list_document(
            url=LIST_URL, issuer_did=DID, indices=[7], valid_from=NOON, valid_until=NOON.replace(year=2027)
        ),
        {**CREDENTIAL, "credentialSubject": {**CREDENTIAL["credentialSubject"], "creditsEarned": 2.5}},
        {**CREDENTIAL, "credentialSubject": {**CREDENTIAL["credentialSubject"], "creditsEarned": 3.0}},
        {**CREDENTIAL, "credentialSubject": {**CREDENTIAL["credentialSubject"], "creditsEarned": 0.000001}},
        without(CREDENTIAL, "id"),
    ],
    ids=["whole", "sparse", "scripts", "list", "decimal", "integral", "small", "nameless"],
)
def test_another_implementation_finds_the_same_form(document):
    assert canonical_nquads(document) == pyld_nquads(document)


def test_the_order_of_writing_does_not_matter():
    shuffler = random.Random(3)

    def shuffled(value):
        if isinstance(value, dict):
            return {key: shuffled(value[key]) for key in shuffler.sample(list(value), len(value))}
        return [shuffled(item) for item in value] if isinstance(value, list) else value

    for _ in range(10):
        document = {**shuffled(CREDENTIAL), "@context": BOTH}
        assert canonical_nquads(document) == canonical_nquads(CREDENTIAL)


def replaced(path, value):
    """The credential with the value at `path` replaced, or added."""
    document = json.loads(json.dumps(CREDENTIAL))
    *way, last = path
    node = document
    for step in way:
        node = node[step]
    node[last] = value
    return document


@pytest.mark.parametrize(
    "document",
    [
        replaced(["honours"], "first class"),
        replaced(["credentialSubject", "achievement", "honours"], "first class"),
        replaced(["type"], ["VerifiableCredential", "OpenBadgeCredential", "Honours"]),
        replaced(["credentialSubject", "type"], ["AchievementSubject", "Honours"]),
        replaced(["credentialStatus", "type"], "UnheardOfStatusEntry"),
        replaced(["id"], "credentials/1"),
        replaced(["credentialSubject", "achievement", "id"], "/achievements/1"),
        replaced(["credentialStatus", "statusListCredential"], "list"),
        {**CREDENTIAL, "@context": [CREDENTIALS_V2]},
        # The parser drops such a node with everything in it, and such a reference.
        replaced(["id"], "https://academy.example/a b"),
        replaced(["credentialSubject", "achievement", "id"], "https://academy.example/{a}"),
        replaced(["credentialSubject", "achievement", "id"], "http://[::bad"),
        replaced(["evidence", 0, "id"], "https://academy.example/<x>"),
        replaced(["credentialStatus", "statusListCredential"], "https://academy.example/%zz"),
        replaced(["credentialSubject", "id"], "Ana Núñez"),
    ],
)
def test_what_the_contexts_leave_undefined_is_refused(document):
    with pytest.raises(UndefinedTerm):
        canonical_nquads(document)


def nested(depth):
    node = {"id": "urn:x:0"}
    for number in range(depth):
        node = {"id": f"urn:x:{number + 1}", "evidence": node}
    return node


@pytest.mark.parametrize(
    "document",
    [
        without(CREDENTIAL, "@context"),
        {**CREDENTIAL, "@context": CREDENTIALS_V2},
        {**CREDENTIAL, "@context": []},
        {**CREDENTIAL, "@context": [OPEN_BADGES_3, CREDENTIALS_V2]},
        {**CREDENTIAL, "@context": [*BOTH, OPEN_BADGES_3]},
        {**CREDENTIAL, "@context": [*BOTH, "https://evil.example/context.json"]},
        {**CREDENTIAL, "@context": [*BOTH, {"honours": None}], "honours": "first class"},
        {**CREDENTIAL, "@context": [*BOTH, []]},
        replaced(["credentialSubject", "@context"], {"achievement": None}),
        replaced(["credentialSubject", "achievement", "@context"], BOTH),
        replaced(["@graph"], []),
        replaced(["@included"], {"id": "urn:x:1", "name": "x"}),
        replaced(["credentialSubject", "@reverse"], {}),
        replaced(["name"], {"@value": "x", "@language": "en"}),
        # A signature holds when a property is spelled out, and a reader no longer finds it.
        {
            **without(CREDENTIAL, "validUntil"),
            "https://www.w3.org/2018/credentials#validUntil": {
                "type": "http://www.w3.org/2001/XMLSchema#dateTime",
                "@value": CREDENTIAL["validUntil"],
            },
        },
        replaced(["type"], ["https://www.w3.org/2018/credentials#VerifiableCredential"]),
        replaced(["credentialStatus", "type"], "https://www.w3.org/ns/credentials/status#BitstringStatusListEntry"),
        replaced(["validUntil"], None),
        replaced(["evidence"], [None]),
        replaced(["type"], [["VerifiableCredential"], "OpenBadgeCredential"]),
        replaced(["id"], "_:b0"),
        replaced(["credentialSubject", "achievement", "id"], "_:b0"),
        replaced(["id"], 7),
        replaced(["hon ours"], "Ana Núñez"),
        replaced([""], "Ana Núñez"),
        replaced(["type"], ["VerifiableCredential", "OpenBadgeCredential", "Hon ours"]),
        replaced(["type"], ["VerifiableCredential", {"id": "OpenBadgeCredential"}]),
        replaced(["credentialSubject", "creditsEarned"], 1e-7),
        replaced(["credentialSubject", "creditsEarned"], 1e21),
        replaced(["credentialSubject", "creditsEarned"], 2**53),
        replaced(["credentialSubject", "creditsEarned"], float("nan")),
        replaced(["credentialSubject", "creditsEarned"], float("inf")),
        replaced(["name"], "half a character: \ud83d"),
        replaced(["name"], b"bytes"),
        replaced([7], "seven"),
        replaced(["name"], "x" * canonical.LARGEST_DOCUMENT),
        replaced(["evidence"], [{"id": f"urn:x:{n}", "type": "Evidence"} for n in range(canonical.MOST_PARTS)]),
        replaced(["type"], ["VerifiableCredential"] * canonical.MOST_PARTS),
        replaced(["evidence"], nested(canonical.DEEPEST)),
        replaced(["evidence"], nested(100_000)),
    ],
)
def test_a_document_not_plainly_written_is_refused(document):
    with pytest.raises(RefusedDocument):
        canonical_nquads(document)


def lookalikes(parents, children):
    parent = {"type": "Achievement", "related": [{"type": "Related"}] * children}
    return replaced(["evidence"], [parent] * parents)


def distinct_groups(sizes):
    """Groups of parts that are equal within a group only."""
    groups = [[{"type": "Evidence", "name": str(n)}] * size for n, size in enumerate(sizes)]
    return replaced(["evidence"], list(itertools.chain(*groups)))


@pytest.mark.parametrize(
    "document",
    [
        lookalikes(2, 9),
        lookalikes(3, 3),
        distinct_groups([5]),
        distinct_groups([3, 3, 3]),
        distinct_groups([2] * 5),
        replaced(["credentialSubject", "identifier"], [{"type": "IdentityObject", "identityHash": "x"}] * 40),
    ],
)
def test_parts_that_cannot_be_told_apart_are_refused_before_they_cost_time(document):
    started = time.perf_counter()
    with pytest.raises(RefusedDocument):
        canonical_nquads(document)

    assert time.perf_counter() - started < 1


def test_a_few_equal_parts_are_accepted():
    document = distinct_groups([4, 2, 2, 1, 1])

    assert canonical_nquads(document) == pyld_nquads(document)


def test_an_id_described_by_two_objects_is_found():
    assert described_twice(CREDENTIAL) == set()
    creator = {**CREDENTIAL["issuer"], "name": "Somebody else"}
    document = replaced(["credentialSubject", "achievement", "creator"], creator)

    assert described_twice(document) == {DID}


def test_a_mere_reference_is_no_description():
    document = replaced(["credentialSubject", "achievement", "creator"], {"id": DID})

    assert described_twice(document) == set()


def test_the_vendored_files_are_the_ones_named():
    data = resources.files("certificates") / "data"
    notes = (data / "VENDORED.md").read_text()

    for name in (*canonical.CONTEXT_FILES.values(), "open-badges-3.0-schema.json"):
        assert hashlib.sha256((data / name).read_bytes()).hexdigest() in notes
