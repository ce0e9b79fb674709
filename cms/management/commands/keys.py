"""`manage.py keys list|stage|activate|retire|compromise`: the life of the keys that sign certificates."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from certificates.compromise import mark_compromised, sign_again, to_give_tokens, to_sign_again
from certificates.issuer import issuer_did
from certificates.models import KeyAlgorithm, KeyBackend, SigningKey, StatusList
from certificates.signing import PUBLISHED_BEFORE, CannotSign, TooEarly, activate_key, retire_key, stage_key

HELP = """Lists the signing keys, makes new ones (stage), signs with them from two days later on (activate), stops signing with
one (retire), or stops trusting one and signs again what stands by it (compromise). Without --algorithm: a key for each."""


class Command(BaseCommand):
    help = HELP

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["list", "stage", "activate", "retire", "compromise"])
        parser.add_argument("kid", nargs="?", help="which key, whole or after its #; activate: the newest staged ones")
        parser.add_argument("--algorithm", choices=KeyAlgorithm.values, help="stage, activate: of this one only")
        parser.add_argument("--backend", choices=KeyBackend.values, help="stage: where it lies (SIGNING_BACKEND)")
        parser.add_argument("--now", action="store_true", help="activate: although verifiers may not know it yet")

    def handle(self, *args: Any, action: str, kid: str | None, algorithm: str | None, **options: Any) -> None:
        algorithms = [KeyAlgorithm(algorithm)] if algorithm else list(KeyAlgorithm)
        try:
            if action == "stage":
                self.stage(algorithms, options["backend"] or "")
            elif action == "activate":
                self.activate([self.named(kid)] if kid else self.staged(algorithms), now=options["now"])
            elif action == "retire":
                self.retire(self.named(kid))
            elif action == "compromise":
                self.compromise(self.named(kid))
            else:
                self.show()
        except CannotSign as refusal:
            raise CommandError(str(refusal)) from None

    def stage(self, algorithms: list[KeyAlgorithm], backend: str) -> None:
        for algorithm in algorithms:
            key = stage_key(by=None, at=timezone.now(), algorithm=algorithm, backend=backend)
            self.stdout.write(f"Staged {key.kid}, published from now on.")
        hours = int(PUBLISHED_BEFORE.total_seconds() // 3600)
        self.stdout.write(
            f"Verifiers keep our keys for a while: activate in {hours} hours, or at once if these are the first."
        )

    def activate(self, keys: list[SigningKey], *, now: bool) -> None:
        for key in keys:
            try:
                activate_key(key=key, by=None, at=timezone.now(), now=now)
            except TooEarly as warning:
                if not settings.DEMO:
                    raise
                self.stderr.write(f"{warning} This is the demo, so it is done all the same.")
                activate_key(key=key, by=None, at=timezone.now(), now=True)
            self.stdout.write(f"Active: {key.kid}. The key before it, if any, is retired and stays published.")

    def retire(self, key: SigningKey) -> None:
        key = retire_key(key=key, by=None, at=timezone.now())
        self.stdout.write(f"Retired: {key.kid}. It stays published, and what it signed still stands.")
        if not any(row.state == "active" for row in SigningKey.objects.filter(algorithm=key.algorithm)):
            self.stdout.write(f"Nothing signs with {key.algorithm} now. Run “keys stage”, then “keys activate”.")

    def compromise(self, key: SigningKey) -> None:
        at = timezone.now()
        key = mark_compromised(key=key, by=None, at=at)
        self.stdout.write(f"Compromised: {key.kid}. Verifiers that keep our keys learn of it within the hour.")
        certificates = tokens = 0
        for progress in sign_again(by=None, at=at):
            certificates, tokens = progress.certificates, progress.tokens
            self.stdout.write(f"{certificates + tokens} of {progress.total} signed again")
        lists = StatusList.objects.count()
        self.stdout.write(f"Signed again: {certificates} certificates, {tokens} JWTs, {lists} status lists.")
        ended = key.certificates.count() - to_sign_again(at=at).filter(signing_key=key).count()
        if ended:
            self.stdout.write(f"{ended} that had ended keep its signature, and are called good by nobody.")
        if left := to_sign_again(at=at).count() + to_give_tokens(at=at).count():
            raise CommandError(
                f"{left} could not be signed again and are not called good. Run “doctor”, then this again."
            )

    def named(self, kid: str | None) -> SigningKey:
        if kid is None:
            raise CommandError("Say which key; “keys list” names them.")
        keys = SigningKey.objects.order_by("pk")
        key = keys.filter(kid=kid).first() or keys.filter(kid__endswith=f"#{kid}").last()
        if key is None:
            raise CommandError(f"There is no key {kid}.")
        return key

    def staged(self, algorithms: list[KeyAlgorithm]) -> list[SigningKey]:
        found = list(self.newest_staged(algorithms))
        if not found:
            raise CommandError("No key is staged. Run “keys stage” first.")
        return found

    def newest_staged(self, algorithms: list[KeyAlgorithm]) -> Iterator[SigningKey]:
        ours = SigningKey.objects.filter(kid__startswith=f"{issuer_did()}#")
        keys = ours.filter(activated_at=None, compromised_at=None).order_by("-made_at", "-pk")
        for algorithm in algorithms:
            if key := keys.filter(algorithm=algorithm).first():
                yield key

    def show(self) -> None:
        keys = list(SigningKey.objects.order_by("made_at", "pk"))
        for key in keys:
            self.stdout.write(
                f"{key.state:<11} {key.algorithm:<7} {key.backend:<6} {key.made_at:%Y-%m-%d}  {key.kid}  "
                f"{key.public_multibase[:60]}"
            )
        if not keys:
            self.stdout.write("There are no keys yet. Run “keys stage”, then “keys activate”.")
