"""Does the doctor see what would harm users, and say what to do?"""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from certificates import guards as guards_of_rules
from cms.accounts import history
from cms.checkup import Verdict, checkup
from tests.factories.certificates import make_signing_key
from tests.unguarded import lift_guards, set_guards

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
    settings.BASE_URL, settings.ALLOWED_HOSTS = address, ["academy.example"]

    assert verdict_on("address") is verdict


def test_no_secret_is_printed(capsys, settings):
    make_signing_key()
    settings.DEBUG = True

    call_command("doctor")

    said = capsys.readouterr().out
    assert settings.SECRET_KEY not in said
    assert settings.FIELD_ENCRYPTION_KEYS[0] not in said


def test_sealed_text_that_no_key_opens(settings):
    from cryptography.fernet import Fernet

    from assessments.models import Production
    from tests.factories.people import NOON, make_person

    Production.objects.create(learner=make_person(), code="PRJ-7Q2", title="The Long Weekend", made_at=NOON)
    assert verdict_on("field keys") is Verdict.OK

    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]

    assert verdict_on("field keys") is Verdict.FAIL


def test_static_files_that_were_not_collected(monkeypatch):
    from django.contrib.staticfiles.storage import ManifestFilesMixin

    from cms import checkup as module

    class Uncollected(ManifestFilesMixin):
        def __init__(self):
            self.hashed_files = {}

    assert verdict_on("static files") is Verdict.OK

    monkeypatch.setattr(module, "staticfiles_storage", Uncollected())

    assert verdict_on("static files") is Verdict.FAIL


def test_an_address_that_is_not_let_in(settings):
    settings.BASE_URL, settings.ALLOWED_HOSTS = "https://academy.example", ["other.example"]

    assert verdict_on("address") is Verdict.FAIL


@pytest.mark.parametrize("problem", [ConnectionError, RuntimeError, KeyError])
def test_a_cache_that_is_not_there_hides_nothing_else_and_tells_no_secret(monkeypatch, problem):
    from django.core.cache import cache

    def fail(*args, **kwargs):
        raise problem("redis://user:secret@host")

    monkeypatch.setattr(cache, "set", fail)

    found = list(checkup())

    assert [line.verdict for line in found if line.what == "cache"] == [Verdict.FAIL]
    assert len(found) == 17
    assert "secret" not in str(found)


@pytest.mark.parametrize(
    ("backend", "verdict"),
    [
        ("django.core.mail.backends.smtp.EmailBackend", Verdict.OK),
        ("django.core.mail.backends.console.EmailBackend", Verdict.WARN),
    ],
)
def test_whether_mail_leaves_this_machine(settings, backend, verdict, mailoutbox):
    settings.DEFAULT_FROM_EMAIL = "academy@academy.example"
    options = {"OPTIONS": {"host": "mail.example", "port": 587}} if "smtp" in backend else {}
    settings.MAILERS = {"default": {"BACKEND": backend} | options}

    assert verdict_on("mail") is verdict
    assert mailoutbox == []


@pytest.mark.parametrize(
    ("values", "verdict", "says"),
    [
        ({}, Verdict.OK, "not set up"),
        ({"STRIPE_SECRET_KEY": "pk_test_x"}, Verdict.FAIL, "the key is none of Stripe’s"),
        ({"STRIPE_SECRET_KEY": "sk_test_x"}, Verdict.FAIL, "the webhook’s secret is none"),
        (
            {"STRIPE_SECRET_KEY": "sk_live_x", "STRIPE_WEBHOOK_SECRET": "whsec_x", "STRIPE_API_BASE": "http://other"},
            Verdict.FAIL,
            "not Stripe’s address",
        ),
    ],
    ids=lambda value: ",".join(value) if isinstance(value, dict) else str(value),
)
def test_how_card_payments_are_set_up(settings, values, verdict, says):
    for name, value in values.items():
        setattr(settings, name, value)

    found = next(found for found in checkup() if found.what.startswith("card payments"))

    assert (found.verdict, says in found.what) == (verdict, True)
    assert "sk_" not in str(found)


@pytest.mark.parametrize(
    ("key", "mode", "verdict", "says"),
    [
        ("sk_test_x", "ok", Verdict.WARN, "test money, account acct_test_stand_in"),
        ("sk_test_x", "down", Verdict.FAIL, "Stripe does not answer"),
        ("sk_live_x", "ok", Verdict.FAIL, "the key is refused"),
    ],
)
def test_the_account_behind_the_key_is_asked(settings, monkeypatch, key, mode, verdict, says):
    from courses import payments
    from tests.stripe_stand_in import StandIn

    with StandIn() as stand_in:
        stand_in.mode(api=mode)
        settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET = key, "whsec_x"
        settings.STRIPE_API_BASE = stand_in.address
        monkeypatch.setattr(payments, "OWN_ADDRESS", stand_in.address)

        found = next(found for found in checkup() if found.what.startswith("card payments"))

    assert (found.verdict, says in found.what) == (verdict, True)


def test_a_scheduler_that_runs_and_one_that_does_not(settings):
    from django_tasks_db.models import DBTaskResult

    assert verdict_on("scheduler") is Verdict.WARN
    settings.STRIPE_SECRET_KEY = "sk_test_x"
    assert verdict_on("scheduler") is Verdict.FAIL

    DBTaskResult.objects.create(
        args_kwargs={"args": [], "kwargs": {}}, task_path="courses.tasks.reconcile_payments", backend_name="default",
        run_after=timezone.now(),
    )  # fmt: skip

    assert verdict_on("scheduler") is Verdict.OK


def test_guards_that_are_gone_are_named():
    lift_guards()

    found = [line for line in checkup() if line.what.startswith("guards of the evidence")]

    assert [line.verdict for line in found] == [Verdict.FAIL]
    assert "shift_keeps_what_is_sealed" in found[0].what


def test_guards_of_rules_that_are_gone_are_named():
    lift_guards()
    set_guards()
    with connection.cursor() as cursor:
        for statement in guards_of_rules.UNGUARDS[connection.vendor]:
            cursor.execute(statement)

    [found] = [line for line in checkup() if line.what.startswith("guards of")]
    guards_of_rules.set_guards()

    assert found.verdict is Verdict.FAIL
    assert "requirement_never_joins_a_published_set" in found.what
    assert guards_of_rules.missing_guards() == []
