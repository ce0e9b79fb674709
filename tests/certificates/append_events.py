"""A process of its own that adds to the log: `python -m tests.certificates.append_events CERTIFICATE FIRST LAST`.

FIRST to LAST are keys of entries of history, each of which it logs, a few to a transaction. Says how many it did.
"""

import os
import random
import sys

import django

MOST = 60  # in one transaction


def main(certificate_id: int, first: int, last: int) -> int:
    from django.db import transaction

    from certificates.log.appending import Leaf, append

    chance, done = random.Random(first), 0
    while first <= last:
        until = min(first + chance.randint(1, MOST), last + 1)
        with transaction.atomic():
            append(
                [
                    Leaf(text=f'{{"entry":{entry}}}', certificate_id=certificate_id, entry_id=entry)
                    for entry in range(first, until)
                ]
            )
        done, first = done + until - first, until
    return done


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    sys.stdout.write(str(main(*map(int, sys.argv[1:]))))
