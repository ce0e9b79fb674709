"""Are requests for another name as history tells: who asked for what, and who answered what?"""

from __future__ import annotations

from collections.abc import Iterator

from certificates.models import NameRequest
from certificates.renaming import digest_of
from cms.accounts.sealing import CannotOpen

from .fault import CANNOT_BE_READ, UNKNOWN, UNREADABLE, Fault, Told, chunks, gone, readable, told_about


def faults() -> Iterator[Fault]:
    for keys in chunks(NameRequest.objects.all()):
        told = told_about([f"namerequest:{key}" for key in keys])
        rows, unreadable = readable(NameRequest.objects.select_related("certificate", "replacement"), keys)
        yield from (Fault(row=f"namerequest:{key}", reason=CANNOT_BE_READ) for key in unreadable)
        for request in rows:
            try:
                reason = _wrong_with(request, told[f"namerequest:{request.pk}"])
            except CannotOpen:
                continue  # named already, with its column
            except UNREADABLE:
                reason = CANNOT_BE_READ
            if reason:
                yield Fault(row=f"namerequest:{request.pk}", reason=reason)
    yield from gone(NameRequest)


def _wrong_with(request: NameRequest, told: list[Told]) -> str:
    asked = [each for each in told if each.verb == "name.asked"]
    if len(asked) != 1 or (asked[0].actor, asked[0].at) != (request.asked_by_id, request.asked_at):
        return UNKNOWN
    said = (request.certificate.number, digest_of(request))
    if (asked[0].facts.get("number"), asked[0].facts.get("digest")) != said:
        return "it does not say what its holder asked"
    withdrawn = next((each.at for each in told if each.verb == "name.withdrawn"), None)
    answers = [each for each in told if each.verb in {"name.accepted", "name.returned"}]
    answered = (answers[0].at, answers[0].actor) if len(answers) == 1 else (None, None)
    if len(answers) > 1 or (request.answered_at, request.answered_by_id, request.withdrawn_at) != (
        *answered,
        withdrawn,
    ):
        return "its answer is not the one that history recorded"
    accepted = answers[0] if answers and answers[0].verb == "name.accepted" else None
    number = accepted.facts.get("number") if accepted else None
    if (request.replacement.number if request.replacement else None) != number:
        return "its answer is not the one that history recorded"
    return ""
