"""Several processes that add to the log at once: `python -m tests.certificates.append_events CERTIFICATE FIRST EACH HOW_MANY`.

Each of HOW_MANY processes logs EACH entries of history, from the one with the key FIRST on, a few to a transaction. They
part from one that has Django ready, since getting ready takes each longer than its work. Ends with 1 when one of them fails.
"""

import os
import random
import sys

import django

MOST = 60  # in one transaction


def log_all(certificate_id: int, first: int, count: int) -> None:
    from django.db import transaction

    from certificates.log.appending import Leaf, append

    chance, end = random.Random(first), first + count
    while first < end:
        until = min(first + chance.randint(1, MOST), end)
        with transaction.atomic():
            append(
                [
                    Leaf(text=f'{{"entry":{entry}}}', certificate_id=certificate_id, entry_id=entry)
                    for entry in range(first, until)
                ]
            )
        first = until


def part(certificate_id: int, first: int, each: int, how_many: int) -> bool:
    """Whether all of them did their work. Each opens a connection of its own: there is none yet to share."""
    children = []
    for start in range(first, first + each * how_many, each):
        child = os.fork()
        if child == 0:
            log_all(certificate_id, start, each)
            os._exit(0)
        children.append(child)
    ends = [os.waitpid(child, 0)[1] for child in children]  # of all: none is left behind
    return not any(ends)


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    sys.exit(0 if part(*map(int, sys.argv[1:])) else 1)
