"""Does the doctor see what would harm users, and say what to do?"""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from certificates.models import SigningKey
from cms.accounts import history
from cms.checkup import Verdict, checkup
from tests.factories.certificates import make_signing_key

pytestmark = pytest.mark.django_db


def verdict_on(name: str) -> Verdict:
    return next(found.verdict for found in checkup() if found.what.startswith(name))


def test_an_installation_in_order(capsys, settings):
    settings.DEBUG = True
    make_signing_key()

    call_command("doctor")

    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line.startswith("FAIL")] == []
    assert any(line.startswith("ok    signing key: did:web:") for line in lines)


def test_a_missing_key_is_a_failure_and_says_what_to_do(capsys):
    with pytest.raises(CommandError, match="to put right"):
        call_command("doctor")

    assert "keys stage" in capsys.readouterr().out


def test_a_key_that_cannot_be_opened(settings):
    make_signing_key()
    settings.CREDENTIAL_KEY_SECRET = "another one"

    assert verdict_on("signing key") is Verdict.FAIL


def test_work_that_nobody_does():
    from django_tasks_db.models import DBTaskResult

    waiting = DBTaskResult.objects.create(
        args_kwargs={"args": [], "kwargs": {}}, task_path="certificates.tasks.tell_holder", backend_name="default",
        run_after=timezone.now(),
    )  # fmt: skip
    assert verdict_on("worker") is Verdict.OK

    DBTaskResult.objects.filter(pk=waiting.pk).update(enqueued_at=timezone.now() - timedelta(hours=1))

    assert verdict_on("worker") is Verdict.FAIL


def test_a_clock_behind_history():
    history.audit(verb="test.happened", subject="test:1", actor=None)
    assert verdict_on("clock") is Verdict.OK

    history.record(
        chain="later", verb="test.happened", subject="test:1", actor=None, at=timezone.now() + timedelta(days=1)
    )

    assert verdict_on("clock") is Verdict.FAIL


@pytest.mark.parametrize(
    ("address", "verdict"), [("https://academy.example", Verdict.OK), ("http://academy.example", Verdict.FAIL)]
)
def test_the_address_is_https(settings, address, verdict):
    settings.BASE_URL = address

    assert verdict_on("address") is verdict


def test_no_secret_is_printed(capsys, settings):
    make_signing_key()
    settings.DEBUG = True

    call_command("doctor")

    said = capsys.readouterr().out
    assert settings.SECRET_KEY not in said
    assert settings.FIELD_ENCRYPTION_KEYS[0] not in said


def test_keys_are_listed_staged_and_activated(capsys):
    call_command("keys", "list")
    assert "There are no keys yet" in capsys.readouterr().out
    with pytest.raises(CommandError, match="No key is staged"):
        call_command("keys", "activate")

    call_command("keys", "stage")
    call_command("keys", "activate")
    call_command("keys", "stage")
    call_command("keys", "activate")
    capsys.readouterr()
    call_command("keys", "list")

    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["retired", "active"]
    retired = SigningKey.objects.order_by("pk").first()
    with pytest.raises(CommandError, match="retired"):
        call_command("keys", "activate", retired.kid)
