"""Do the records of checks say what was answered, and are the tokens of programs those that were made?"""

from collections.abc import Iterator

from certificates.check_records import facts_about, is_whole
from certificates.models import ApiToken, CheckRecord

from .fault import CANNOT_BE_READ, UNKNOWN, Fault, chunks, gone, readable, told_about


def faults() -> Iterator[Fault]:
    yield from _records()
    yield from _tokens()
    yield from gone(CheckRecord)
    yield from gone(ApiToken)


def _records() -> Iterator[Fault]:
    for keys in chunks(CheckRecord.objects.all()):
        told = told_about([f"checkrecord:{key}" for key in keys])
        rows, unreadable = readable(CheckRecord.objects.all(), keys)
        yield from (Fault(row=f"checkrecord:{key}", reason=CANNOT_BE_READ) for key in unreadable)
        for record in rows:
            row = f"checkrecord:{record.pk}"
            said = next(iter(told[row]), None)
            if said is None:
                yield Fault(row=row, reason=UNKNOWN)
            elif not is_whole(record) or (said.facts, said.at) != (facts_about(record), record.checked_at):
                yield Fault(row=row, reason="it is not what was answered")


def _tokens() -> Iterator[Fault]:
    """Whoever could add a digest, or take back an end, would have a key to the API in another's name."""
    for keys in chunks(ApiToken.objects.all()):
        told = told_about([f"apitoken:{key}" for key in keys])
        rows, unreadable = readable(ApiToken.objects.all(), keys)
        yield from (Fault(row=f"apitoken:{key}", reason=CANNOT_BE_READ) for key in unreadable)
        for token in rows:
            row = f"apitoken:{token.pk}"
            happened = {entry.verb: entry for entry in told[row]}
            made, ended = happened.get("token.made"), happened.get("token.ended")
            if made is None:
                yield Fault(row=row, reason=UNKNOWN)
            elif (made.facts.get("digest"), made.actor, made.at) != (token.digest, token.owner_id, token.made_at):
                yield Fault(row=row, reason="it is not the token that was made")
            elif (ended.at if ended else None) != token.ended_at:
                yield Fault(row=row, reason="its end is not the one that history recorded")
