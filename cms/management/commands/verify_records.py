"""`manage.py verify_records`: was anything altered behind the product's back?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cms.records import counts, faults


class Command(BaseCommand):
    help = "Re-checks every seal, hash chain, signature and status bit; ends with 1 and names the rows when one is off."

    def handle(self, *args: Any, **options: Any) -> None:
        for name, count in counts().items():
            self.stdout.write(f"{count:>7} {name}")
        found = list(faults())
        for fault in found:
            self.stderr.write(f"{fault.row}: {fault.reason}")
        if found:
            raise CommandError(f"{len(found)} records are not as they were recorded.", returncode=1)
        self.stdout.write("Everything is as it was recorded.")
