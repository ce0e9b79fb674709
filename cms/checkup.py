"""Is this installation in order? One finding for each thing that users depend on, with what to do about it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.storage import ManifestFilesMixin, staticfiles_storage
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.mail import mailers
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http.request import validate_host
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from assessments.guards import missing_guards
from certificates import guards as guards_of_rules
from certificates.compromise import to_give_tokens, to_sign_again
from certificates.log import guards as log_guards
from certificates.models import KeyAlgorithm, StatusList
from certificates.proofs import raw_public_key, rsa_public_key
from certificates.signing import CannotSign, active_signer
from certificates.status import FRESH
from cms.accounts.models import Entry
from cms.accounts.sealing import CannotOpen, SealedTextField, open_text, seal_text
from courses import payments, tasks

STALE = timedelta(minutes=10)  # a task that waits longer has no worker
LATE = timedelta(hours=1)


class Verdict(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "FAIL"  # would harm users


@dataclass(frozen=True, kw_only=True)
class Found:
    verdict: Verdict
    what: str
    advice: str = ""


def checkup() -> Iterator[Found]:
    """Every check in turn. A check that cannot even be made is a failure with what went wrong."""
    for name, check in CHECKS:
        try:
            yield check()
        except Exception as problem:  # each backend raises something of its own; the other lines are still wanted
            yield Found(verdict=Verdict.FAIL, what=name, advice=f"It could not be checked: {type(problem).__name__}.")


def _database() -> Found:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    version = ".".join(map(str, connection.get_database_version()))
    what = f"database: {connection.display_name} {version}"
    if connection.vendor == "sqlite" and not (settings.DEMO or settings.DEBUG):
        return Found(verdict=Verdict.WARN, what=what, advice="Fine for one machine; use PostgreSQL for more than one.")
    return Found(verdict=Verdict.OK, what=what)


def _migrations() -> Found:
    executor = MigrationExecutor(connection)
    waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if waiting:
        return Found(verdict=Verdict.FAIL, what=f"migrations: {waiting} waiting", advice="Run manage.py migrate.")
    return Found(verdict=Verdict.OK, what="migrations: all applied")


def _guards() -> Found:
    """A table that SQLite copies in a migration loses them; so does one that somebody works on by hand."""
    if missing := [*missing_guards(), *log_guards.missing_guards()]:
        what = f"guards of the evidence: {len(missing)} missing ({', '.join(missing)})"
        advice = (
            "Evidence can be rewritten. Call set_guards of assessments.guards and of certificates.log.guards in "
            "manage.py shell, then verify_records."
        )
        return Found(verdict=Verdict.FAIL, what=what, advice=advice)
    if missing := guards_of_rules.missing_guards():
        what = f"guards of published rules: {len(missing)} missing ({', '.join(missing)})"
        advice = "Rules can be rewritten. Call certificates.guards.set_guards in manage.py shell, then verify_records."
        return Found(verdict=Verdict.FAIL, what=what, advice=advice)
    return Found(verdict=Verdict.OK, what="guards of the evidence: all there")


def _cache() -> Found:
    cache.set("checkup", "yes", timeout=10)
    if cache.get("checkup") == "yes":
        return Found(verdict=Verdict.OK, what="cache: keeps what it is given")
    return Found(
        verdict=Verdict.FAIL, what="cache: forgets", advice="Run manage.py createcachetable, or set CACHE_URL."
    )


def _mail() -> Found:
    backend = type(mailers.default).__module__.rsplit(".", 1)[-1]
    if backend != "smtp":
        advice = "" if settings.DEMO else "Nothing is sent. Set EMAIL_URL to a mail server."
        verdict = Verdict.OK if settings.DEMO else Verdict.WARN
        return Found(verdict=verdict, what=f"mail: kept here ({backend})", advice=advice)
    if settings.DEFAULT_FROM_EMAIL.endswith("@localhost"):
        return Found(verdict=Verdict.FAIL, what="mail: no sender", advice="Set DEFAULT_FROM_EMAIL.")
    return Found(verdict=Verdict.OK, what="mail: a server is set (nothing was sent)")


def _storage() -> Found:
    name = default_storage.save("checkup.txt", ContentFile(b"checkup"))
    default_storage.delete(name)
    return Found(verdict=Verdict.OK, what="storage: takes and gives back files")


def _field_keys() -> Found:
    open_text(seal_text("checkup"))
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, SealedTextField):
                texts = model._default_manager.values_list(field.attname, flat=True)
                try:  # the oldest and the newest: keys are turned over in between
                    list(texts.order_by("pk")[:1]), list(texts.order_by("-pk")[:1])
                except CannotOpen:
                    what = f"field keys: {model._meta.label}.{field.name} cannot be opened"
                    advice = "Add the key it was sealed with to the end of FIELD_ENCRYPTION_KEYS."
                    return Found(verdict=Verdict.FAIL, what=what, advice=advice)
    return Found(verdict=Verdict.OK, what=f"field keys: {len(settings.FIELD_ENCRYPTION_KEYS)} in use")


def _signing_key() -> Found:
    return _tried("signing key", KeyAlgorithm.ED25519, without=Verdict.FAIL)


def _token_key() -> Found:
    """Certificates are issued without it; their JWT form is what waits."""
    return _tried("key for JWTs", KeyAlgorithm.RS256, without=Verdict.WARN)


def _tried(what: str, algorithm: KeyAlgorithm, *, without: Verdict) -> Found:
    """The active key, asked for a signature wherever it lies, and the signature checked."""
    try:
        signer = active_signer(algorithm)
    except CannotSign as refusal:
        return Found(verdict=without, what=f"{what}: cannot sign", advice=str(refusal))
    public: str = signer.key.public_multibase
    try:
        signature = signer.sign(b"checkup")
        if algorithm == KeyAlgorithm.ED25519:
            Ed25519PublicKey.from_public_bytes(raw_public_key(public)).verify(signature, b"checkup")
        else:
            rsa_public_key(public).verify(signature, b"checkup", PKCS1v15(), SHA256())
    except CannotSign as refusal:
        return Found(verdict=Verdict.FAIL, what=f"{what}: cannot sign", advice=str(refusal))
    except InvalidSignature:
        advice = "What it signs is not this key’s. Stage and activate another, then run verify_records."
        return Found(verdict=Verdict.FAIL, what=f"{what}: signs wrongly", advice=advice)
    return Found(verdict=Verdict.OK, what=f"{what}: {signer.key.kid} ({signer.key.backend})")


def _compromised_keys() -> Found:
    """Told of until nothing that stands is left with a signature of theirs."""
    now = timezone.now()
    left = to_sign_again(at=now).count() + to_give_tokens(at=now).count()
    if left:
        advice = "They are called good by nobody. Run manage.py keys compromise with that key again: it goes on."
        return Found(verdict=Verdict.FAIL, what=f"compromised keys: {left} still to be signed again", advice=advice)
    return Found(verdict=Verdict.OK, what="compromised keys: nothing that stands is theirs")


def _status_lists() -> Found:
    oldest = StatusList.objects.order_by("built_at").values_list("built_at", flat=True).first()
    if oldest and timezone.now() - oldest > FRESH:
        advice = "Run manage.py build_status_lists, and the scheduler, which does it every morning."
        return Found(verdict=Verdict.WARN, what="status lists: one was not signed today", advice=advice)
    return Found(verdict=Verdict.OK, what="status lists: signed today")


def _worker() -> Found:
    oldest = DBTaskResult.objects.filter(status="READY").order_by("enqueued_at").first()
    if oldest and timezone.now() - oldest.enqueued_at > STALE:
        advice = "Start one: manage.py db_worker. Mail waits until then."
        return Found(verdict=Verdict.FAIL, what="worker: work has waited for over ten minutes", advice=advice)
    return Found(verdict=Verdict.OK, what="worker: no work is left waiting")


def _clock() -> Found:
    latest = Entry.objects.order_by("-at").values_list("at", flat=True).first()
    now = datetime.now(UTC)
    if latest and latest > now + timedelta(minutes=5):
        return Found(
            verdict=Verdict.FAIL,
            what="clock: behind the last thing that was recorded",
            advice="Set this machine’s clock; signatures and certificates carry its time.",
        )
    return Found(verdict=Verdict.OK, what=f"clock: {now:%Y-%m-%d %H:%M} UTC")


def _static_files() -> Found:
    if isinstance(staticfiles_storage, ManifestFilesMixin) and not staticfiles_storage.hashed_files:
        return Found(verdict=Verdict.FAIL, what="static files: not collected", advice="Run manage.py collectstatic.")
    return Found(verdict=Verdict.OK, what="static files: there")


def _address() -> Found:
    host = urlsplit(settings.BASE_URL).hostname or ""
    if not validate_host(host, settings.ALLOWED_HOSTS):
        advice = "Add it to ALLOWED_HOSTS; every page answers 400 until then."
        return Found(verdict=Verdict.FAIL, what=f"address: {host} is not allowed", advice=advice)
    if settings.BASE_URL.startswith("https://") or settings.DEMO or settings.DEBUG:
        return Found(verdict=Verdict.OK, what=f"address: {settings.BASE_URL}")
    return Found(
        verdict=Verdict.FAIL,
        what=f"address: {settings.BASE_URL} is not https",
        advice="Put a TLS proxy in front and set BASE_URL; verifiers resolve did:web by https only.",
    )


def _payments() -> Found:
    if not payments.is_set_up():
        return Found(verdict=Verdict.OK, what="card payments: not set up; free, invitation and invoice work")
    easy = settings.DEMO or settings.DEBUG
    if not settings.STRIPE_SECRET_KEY.startswith(("sk_test_", "sk_live_", "rk_test_", "rk_live_")):
        advice = "Set STRIPE_SECRET_KEY to the secret or restricted key of Stripe’s dashboard."
        return Found(verdict=Verdict.FAIL, what="card payments: the key is none of Stripe’s", advice=advice)
    if not settings.STRIPE_WEBHOOK_SECRET.startswith("whsec_"):
        advice = f"Set STRIPE_WEBHOOK_SECRET to the signing secret of {settings.BASE_URL}/payments/stripe/webhook/."
        return Found(verdict=Verdict.FAIL, what="card payments: the webhook’s secret is none", advice=advice)
    if settings.STRIPE_API_BASE != payments.OWN_ADDRESS and not easy:
        return Found(verdict=Verdict.FAIL, what="card payments: not Stripe’s address", advice="Unset STRIPE_API_BASE.")
    try:
        account = payments.account_name()
    except (payments.KeyRefused, payments.PaymentRefused):
        advice = "Stripe does not know this key, or it may not read the account. Make a new one in its dashboard."
        return Found(verdict=Verdict.FAIL, what="card payments: the key is refused", advice=advice)
    except payments.PaymentsAway:
        advice = "Let this machine reach api.stripe.com. Orders wait until then, and nothing is lost."
        return Found(verdict=Verdict.FAIL, what="card payments: Stripe does not answer", advice=advice)
    if not payments.is_live() and not easy:
        advice = "Buyers pay nothing real. Set the live key when you are ready."
        return Found(verdict=Verdict.WARN, what=f"card payments: test money, account {account}", advice=advice)
    return Found(verdict=Verdict.OK, what=f"card payments: account {account}")


def _scheduler() -> Found:
    """The reconciliation runs every quarter of an hour where there is a scheduler and a worker."""
    path = f"{tasks.reconcile_payments.func.__module__}.{tasks.reconcile_payments.func.__name__}"
    last = DBTaskResult.objects.filter(task_path=path).order_by("-enqueued_at").first()
    if last and timezone.now() - last.enqueued_at < LATE:
        return Found(verdict=Verdict.OK, what="scheduler: runs")
    verdict = Verdict.FAIL if payments.is_set_up() else Verdict.WARN
    advice = "Start it: manage.py crontask. Payments are reconciled and chased by it."
    return Found(verdict=verdict, what="scheduler: nothing was begun in the last hour", advice=advice)


CHECKS: tuple[tuple[str, Callable[[], Found]], ...] = (
    ("database", _database),
    ("migrations", _migrations),
    ("guards of the evidence", _guards),
    ("cache", _cache),
    ("mail", _mail),
    ("storage", _storage),
    ("static files", _static_files),
    ("field keys", _field_keys),
    ("signing key", _signing_key),
    ("key for JWTs", _token_key),
    ("compromised keys", _compromised_keys),
    ("status lists", _status_lists),
    ("worker", _worker),
    ("clock", _clock),
    ("address", _address),
    ("card payments", _payments),
    ("scheduler", _scheduler),
)
