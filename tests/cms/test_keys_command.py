"""Does `manage.py keys` lead a key through its life, and refuse what would make verifiers stumble?"""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from certificates.models import Certificate, KeyAlgorithm, SigningKey
from cms import checkup
from cms.records import faults
from tests.factories.certificates import make_completion, make_signing_key, make_token_key

pytestmark = pytest.mark.django_db


def states() -> list[tuple[str, str]]:
    return [(key.algorithm, key.state) for key in SigningKey.objects.order_by("algorithm", "pk")]


def grow_old() -> None:
    SigningKey.objects.filter(activated_at=None).update(made_at=timezone.now() - timedelta(hours=49))


def test_the_first_keys_sign_at_once(capsys):
    call_command("keys", "list")
    assert "There are no keys yet" in capsys.readouterr().out
    with pytest.raises(CommandError, match="No key is staged"):
        call_command("keys", "activate")

    call_command("keys", "stage")
    call_command("keys", "activate")

    assert states() == [("ed25519", "active"), ("rs256", "active")]
    capsys.readouterr()
    call_command("keys", "list")
    assert [line.split()[:3] for line in capsys.readouterr().out.splitlines()] == [
        ["active", "ed25519", "local"],
        ["active", "rs256", "local"],
    ]


def test_the_next_are_refused_until_verifiers_know_them(capsys):
    make_signing_key(at=timezone.now())
    call_command("keys", "stage", algorithm="ed25519")

    with pytest.raises(CommandError, match="or with --now"):
        call_command("keys", "activate")
    assert states() == [("ed25519", "active"), ("ed25519", "staged")]

    grow_old()
    call_command("keys", "activate")
    assert states() == [("ed25519", "retired"), ("ed25519", "active")]


def test_who_cannot_wait_says_now():
    make_signing_key(at=timezone.now())
    call_command("keys", "stage", algorithm="ed25519")

    call_command("keys", "activate", now=True)

    assert states() == [("ed25519", "retired"), ("ed25519", "active")]


def test_the_demo_does_not_wait_and_says_why_others_would(settings, capsys):
    settings.DEMO = True
    make_signing_key(at=timezone.now())
    call_command("keys", "stage", algorithm="ed25519")

    call_command("keys", "activate")

    assert states() == [("ed25519", "retired"), ("ed25519", "active")]
    assert "This is the demo" in capsys.readouterr().err


def test_a_retired_key_is_not_activated_again():
    key = make_signing_key(at=timezone.now())
    call_command("keys", "retire", key.kid)

    with pytest.raises(CommandError, match="retired"):
        call_command("keys", "activate", key.kid)


def test_retiring_says_when_nothing_signs_any_more(capsys):
    key = make_signing_key(at=timezone.now())

    call_command("keys", "retire", key.kid.partition("#")[2])

    assert "Nothing signs with ed25519 now" in capsys.readouterr().out
    assert states() == [("ed25519", "retired")]


@pytest.mark.parametrize("action", ["retire", "compromise"])
def test_ending_a_key_needs_its_name(action: str):
    make_signing_key()

    with pytest.raises(CommandError, match="Say which key"):
        call_command("keys", action)
    with pytest.raises(CommandError, match="There is no key x"):
        call_command("keys", action, "x")


def test_a_compromise_signs_everything_again_and_counts(capsys):
    key, token_key = make_signing_key(), make_token_key()
    for _ in range(3):
        make_completion()
    capsys.readouterr()

    call_command("keys", "compromise", key.kid)
    call_command("keys", "compromise", token_key.kid)
    call_command("keys", "compromise", key.kid)

    said = capsys.readouterr().out.splitlines()
    assert [line for line in said if line.startswith("Signed again")] == [
        "Signed again: 3 certificates, 0 JWTs, 1 status lists.",
        "Signed again: 0 certificates, 3 JWTs, 1 status lists.",
        "Signed again: 0 certificates, 0 JWTs, 1 status lists.",
    ]
    assert "3 of 3 signed again" in said
    assert states() == [
        ("ed25519", "compromised"),
        ("ed25519", "active"),
        ("rs256", "compromised"),
        ("rs256", "active"),
    ]
    assert list(faults()) == []


def test_what_is_left_to_sign_again_is_a_failure_that_says_what_to_do(monkeypatch):
    key = make_signing_key()
    make_completion()
    monkeypatch.setattr("certificates.compromise._sign_anew", lambda *args: False)

    with pytest.raises(CommandError, match="1 could not be signed again"):
        call_command("keys", "compromise", key.kid)

    found = checkup._compromised_keys()
    assert (found.verdict, found.what) == ("FAIL", "compromised keys: 1 still to be signed again")


def test_the_doctor_misses_a_key_for_jwts_and_a_list_of_today():
    make_signing_key()
    make_completion(at=timezone.now() - timedelta(days=3))

    assert checkup._token_key().verdict == "warn"
    assert checkup._status_lists().verdict == "warn"

    call_command("build_status_lists", verbosity=0)
    make_token_key()

    assert (checkup._token_key().verdict, checkup._status_lists().verdict) == ("ok", "ok")
    assert checkup._compromised_keys().verdict == "ok"


@pytest.mark.parametrize("algorithm", list(KeyAlgorithm))
def test_the_doctor_sees_a_key_that_signs_for_another(algorithm: KeyAlgorithm):
    first = make_signing_key() if algorithm == KeyAlgorithm.ED25519 else make_token_key()
    call_command("keys", "stage", algorithm=algorithm)
    other = SigningKey.objects.exclude(pk=first.pk).get()
    public = other.public_multibase
    other.delete()
    SigningKey.objects.filter(pk=first.pk).update(public_multibase=public)

    found = checkup._signing_key() if algorithm == KeyAlgorithm.ED25519 else checkup._token_key()

    assert (found.verdict, "signs wrongly" in found.what) == ("FAIL", True)


# What verify_records says of keys and JWTs -----------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [{"retired_at": timezone.now()}, {"compromised_at": timezone.now()}, {"activated_at": None}],
    ids=["retired", "compromised", "never active"],
)
def test_a_state_that_history_does_not_know_is_named(changes: dict):
    key = make_signing_key()

    SigningKey.objects.update(**changes)

    assert [fault.row for fault in faults()] == [f"signingkey:{key.pk}"]


def test_a_trusted_key_made_of_a_compromised_one_is_named():
    key = make_signing_key()
    call_command("keys", "compromise", key.kid)

    SigningKey.objects.filter(pk=key.pk).update(compromised_at=None, retired_at=timezone.now())

    assert f"signingkey:{key.pk}" in [fault.row for fault in faults()]


@pytest.mark.parametrize("how", ["another's", "its digest", "altered", "of no edition"])
def test_a_jwt_that_is_not_the_one_we_signed_is_named(how: str):
    make_token_key()
    first, second = (make_completion().tokens.get() for _ in range(2))
    if how == "another's":
        first.token, first.digest = second.token, second.digest
    elif how == "its digest":
        first.digest = second.digest
    elif how == "altered":
        first.token = first.token[:-4] + "AAAA"
    else:
        first.credential_digest = "0" * 64
    first.save()

    assert [fault.row for fault in faults()] == [f"credentialtoken:{first.pk} ({first.certificate.number})"]


def test_what_stands_by_a_compromised_key_is_named():
    from certificates.compromise import mark_compromised

    certificate = make_completion()
    mark_compromised(key=certificate.signing_key, by=None, at=timezone.now())

    listed = Certificate.objects.get().status_list_id
    assert [fault.row for fault in faults()] == [
        f"certificate:{certificate.pk} ({certificate.number})",
        f"statuslist:{listed} (number 1)",
    ]
