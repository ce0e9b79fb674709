"""Do independent verifiers say the same of the same credential? Good ones, revoked ones, and every word of one altered."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from certificates.documents import credential_for
from certificates.verifying import Verdict, examine
from certificates.verifying.trust import trust_issuer
from tests.certificates.awards import DID, NOON, make_award, make_key, published_site, sign, signed_credential
from tests.certificates.verifying.issuer import INDEX, Network
from tests.verifiers.check import with_openbadgeslib, with_openvc

pytestmark = pytest.mark.django_db

SIGNED = signed_credential()
SAYS = {Verdict.VALID: "valid", Verdict.REVOKED: "revoked"}


def ours(document: dict[str, Any], site: dict[str, bytes]) -> str:
    report = examine(json.dumps(document).encode(), at=datetime.now(UTC), fetch=Network(site))
    return SAYS.get(report.verdict, "refused")


def theirs(document: dict[str, Any], site: dict[str, bytes]) -> list[str]:
    verdicts = []
    for verify in (with_openbadgeslib, with_openvc):
        copy = json.loads(json.dumps(document))
        verdicts.append(verify(copy, lambda url: site[url])[0])
    return verdicts


@pytest.fixture(autouse=True)
def _known(db: None) -> None:
    trust_issuer(issuer=DID, name="An academy", by=None, at=NOON)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"holder_name": None},
        {"valid_until": None},
        {"results": [], "evidence": []},
        {"criteria_url": None},
        {"achievement_type": "CertificateOfCompletion"},
        {"holder_name": "Ana \u2028 \U0001f600 \"quoted\" \\ N\u0303"},
    ],
)  # fmt: skip
def test_a_good_credential_is_valid_to_everybody(changes: dict[str, Any]) -> None:
    document = signed_credential(**changes)

    assert (ours(document, published_site()), theirs(document, published_site())) == ("valid", ["valid", "valid"])


def test_a_revoked_credential_is_revoked_to_everybody() -> None:
    site = published_site(revoked=(INDEX,))

    assert (ours(SIGNED, site), theirs(SIGNED, site)) == ("revoked", ["revoked", "revoked"])


def test_a_credential_by_another_key_is_refused_by_everybody() -> None:
    forged = sign(credential_for(make_award()), key=make_key(2))

    assert (ours(forged, published_site()), theirs(forged, published_site())) == ("refused", ["refused", "refused"])


def altered() -> Iterator[tuple[str, dict[str, Any]]]:
    """Copies of a good credential with one word altered, each word once, and with each property taken away."""

    def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
        if isinstance(value, dict | list):
            for key, item in value.items() if isinstance(value, dict) else enumerate(value):
                yield from places(item, (*path, key))
        else:
            yield path

    for path in places(SIGNED):
        copy = json.loads(json.dumps(SIGNED))
        node = copy
        for step in path[:-1]:
            node = node[step]
        node[path[-1]] = not node[path[-1]] if isinstance(node[path[-1]], bool) else f"{node[path[-1]]}x"
        yield ".".join(map(str, path)), copy
    for name in SIGNED:
        yield f"no {name}", {key: value for key, value in SIGNED.items() if key != name}


@pytest.mark.parametrize(
    ("where", "document"), list(altered()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_an_altered_credential_is_refused_by_everybody(where: str, document: dict[str, Any]) -> None:
    assert (ours(document, published_site()), theirs(document, published_site())) == ("refused", ["refused", "refused"])
