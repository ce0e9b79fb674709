"""Do verifiers we did not write agree with the running site, through a whole life? They are fed only what it serves."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone
from jwt.utils import base64url_decode, base64url_encode

from certificates.issuing import replace_certificate
from certificates.models import Certificate, RevocationReason, SigningKey
from certificates.status import reinstate_certificate, revoke_certificate, suspend_certificate
from courses.models import CredentialKind
from tests.factories.certificates import make_certificate, make_signing_key, make_token_key
from tests.factories.people import make_person, make_registrar
from tests.verifiers import check

HERE = Path(__file__).parent
PYTHON = ["openbadgeslib", "openvc-core"]
JAVASCRIPT = ["@digitalbazaar/vc", "@digitalcredentials/verifier-core"]
EVERYONE = [*PYTHON, *JAVASCRIPT]


def verdicts_of_python(base: str, credential: str, capsys: pytest.CaptureFixture) -> dict[str, str]:
    capsys.readouterr()
    check.main([base, credential])
    return {line["verifier"]: line["verdict"] for line in map(json.loads, capsys.readouterr().out.splitlines())}


def verdicts_of_javascript(base: str, credentials: list[str]) -> list[dict[str, str]]:
    """Of each in turn, by one process: it takes longer to start than to verify."""
    node = shutil.which("node")
    if not node or not (HERE / "node_modules").is_dir():
        assert not os.environ.get("CI"), "Run `npm ci` in tests/verifiers first."
        return [{} for _ in credentials]
    done = subprocess.run(
        [node, HERE / "verify.mjs", base, *credentials], capture_output=True, text=True, timeout=120, check=False
    )
    said = [json.loads(line) for line in done.stdout.splitlines()]
    return [
        {line["verifier"]: line["verdict"] for line in said if line["credential"] == credential}
        for credential in credentials
    ]


Ask = Callable[..., list[dict[str, str]]]


@pytest.fixture
def ask(live_server, settings, tmp_path, capsys) -> Ask:
    """Asks every verifier about each certificate as the site serves it, or about a file."""
    base = settings.BASE_URL = live_server.url.replace("127.0.0.1", "localhost")

    def address(thing: Certificate | str) -> str:
        if isinstance(thing, Certificate):
            return f"{base}/credentials/{thing.public_id}.json"
        path = tmp_path / f"{abs(hash(thing))}.json"
        path.write_text(thing)
        return str(path)

    def verdicts(*things: Certificate | str) -> list[dict[str, str]]:
        credentials = [address(thing) for thing in things]
        by_python = [verdicts_of_python(base, credential, capsys) for credential in credentials]
        by_javascript = verdicts_of_javascript(base, credentials)
        return [one | other for one, other in zip(by_python, by_javascript, strict=True)]

    return verdicts


def all_say(said: dict[str, str], verdict: str) -> bool:
    """Every verifier that is installed; both of Python’s always are."""
    return set(PYTHON) <= set(said) and set(said.values()) == {verdict}


def altered(certificate: Certificate) -> str:
    return certificate.credential.replace("Ana Núñez", "Ana Núñes")


def newest(certificate: Certificate) -> Certificate:
    return Certificate.objects.get(pk=certificate.pk)


@pytest.mark.django_db(transaction=True)
def test_every_verifier_follows_a_certificate_through_its_whole_life(ask: Ask) -> None:
    now = timezone.now
    make_signing_key(at=now() - timedelta(days=400))
    make_token_key(at=now() - timedelta(days=400))
    at = now() - timedelta(days=2)
    make = partial(make_certificate, at=at)
    kinds = [make(kind=kind) for kind in CredentialKind]
    suspendable = make(suspendable=True)
    registrar = make_registrar()

    # Every kind is accepted, and none that was altered.
    said = ask(*kinds, suspendable, *(altered(certificate) for certificate in [*kinds, suspendable]))
    assert [all_say(verdict, "valid") for verdict in said[:4]] == [True] * 4, said
    assert [all_say(verdict, "refused") for verdict in said[4:]] == [True] * 4, said

    # Rotated: what was signed before stands, and so does what is signed since.
    call_command("keys", "stage", verbosity=0)
    call_command("keys", "activate", now=True, verbosity=0)
    since = make(name="Robin Hale")
    assert since.signing_key != kinds[0].signing_key
    first, second = ask(kinds[0], since)
    assert (all_say(first, "valid"), all_say(second, "valid")) == (True, True), (first, second)

    # Retired with no other in its place, and another again.
    call_command("keys", "retire", since.signing_key.kid, verbosity=0)
    (retired,) = ask(since)
    assert all_say(retired, "valid"), retired
    call_command("keys", "stage", verbosity=0)
    call_command("keys", "activate", now=True, verbosity=0)

    # Compromised: what it signed is refused; what was signed again under the same address is accepted.
    leaked = SigningKey.objects.get(pk=kinds[0].signing_key_id)
    call_command("keys", "compromise", leaked.kid, verbosity=0)
    before, again = ask(kinds[0].credential, kinds[0])
    assert (all_say(before, "refused"), all_say(again, "valid")) == (True, True), (before, again)

    # Suspended and reinstated: told by whoever reads the second entry.
    suspend_certificate(certificate=suspendable, reason="A case is being looked into", by=registrar, at=now())
    (said_so,) = ask(newest(suspendable))
    assert "valid" not in said_so.values(), said_so
    reinstate_certificate(certificate=suspendable, by=registrar, at=now())
    (lifted,) = ask(newest(suspendable))
    assert all_say(lifted, "valid"), lifted

    # Revoked, and replaced under another name.
    revoke_certificate(certificate=kinds[0], reason=RevocationReason.EVIDENCE, by=registrar, at=now())
    former = newest(since).credential
    replacement = replace_certificate(
        certificate=since, holder_name="Robin Prosser", by=make_person("Registrar"), at=now()
    )
    revoked, replaced, new = ask(newest(kinds[0]), former, replacement)
    assert (all_say(revoked, "revoked"), all_say(replaced, "revoked"), all_say(new, "valid")) == (True, True, True), (
        revoked,
        replaced,
        new,
    )


@pytest.mark.django_db(transaction=True)
def test_openbadgeslib_accepts_the_jwt_and_its_list_and_refuses_what_was_altered(live_server, settings) -> None:
    base = settings.BASE_URL = live_server.url.replace("127.0.0.1", "localhost")
    at = timezone.now() - timedelta(days=2)
    make_signing_key(at=at)
    make_token_key(at=at)
    certificate = make_certificate(at=at)
    token = check.fetch_text(base, f"{base}/credentials/{certificate.public_id}.jwt")

    assert check.jwt_with_openbadgeslib(token, base) == "valid"
    head, said, signature = token.split(".")
    said = base64url_encode(base64url_decode(said).replace("Núñez".encode(), "Núñes".encode())).decode()
    assert check.jwt_with_openbadgeslib(f"{head}.{said}.{signature}", base) == "refused"

    revoke_certificate(
        certificate=certificate, reason=RevocationReason.EVIDENCE, by=make_registrar(), at=timezone.now()
    )

    assert check.jwt_with_openbadgeslib(token, base) == "revoked"
