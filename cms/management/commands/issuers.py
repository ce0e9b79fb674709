"""`manage.py issuers list|trust|end`: which other issuers we know, so that their credentials are not those of strangers."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from certificates.models import TrustedIssuer
from certificates.verifying.trust import CannotTrust, end_trust, trust_issuer


class Command(BaseCommand):
    help = "Lists the other issuers that we know, puts one on the list (trust ID NAME), or takes it off (end ID)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["list", "trust", "end"])
        parser.add_argument("issuer", nargs="?", help="its id: did:web:…, did:key:… or an https address")
        parser.add_argument("name", nargs="?", help="trust: the name under which we know it")

    def handle(self, *args: Any, action: str, issuer: str | None, name: str | None, **options: Any) -> None:
        if action == "trust":
            self.trust(issuer, name)
        elif action == "end":
            self.end(issuer)
        else:
            self.show()

    def trust(self, issuer: str | None, name: str | None) -> None:
        if not issuer or not name:
            raise CommandError("Say under which name we know it: issuers trust did:web:college.example “The College”.")
        try:
            entry = trust_issuer(issuer=issuer, name=name, by=None, at=timezone.now())
        except CannotTrust as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"Known from now on: {entry.issuer} as {entry.name}.")

    def end(self, issuer: str | None) -> None:
        entry = TrustedIssuer.objects.filter(issuer=issuer or "", ended_at=None).first()
        if entry is None:
            raise CommandError(
                f"{issuer} is not on the list." if issuer else "Say which: issuers end did:web:college.example."
            )
        end_trust(entry=entry, by=None, at=timezone.now())
        self.stdout.write(f"No longer known: {entry.issuer}.")

    def show(self) -> None:
        entries = list(TrustedIssuer.objects.filter(ended_at=None).order_by("name", "pk"))
        for entry in entries:
            self.stdout.write(f"{entry.issuer}  {entry.name}")
        if not entries:
            self.stdout.write("There are no issuers on the list. Only our own certificates are known.")
