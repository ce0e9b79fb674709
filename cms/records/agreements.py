"""Does every signature under an agreement or under terms still stand under the words that were signed?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from assessments.agreements import digest_of_words
from assessments.mentorships import digest_of_terms, said_in
from assessments.models import AgreementSignature, Mentorship, MentorshipTerms
from cms.accounts.models import Entry
from cms.accounts.sealing import CannotOpen

from .fault import CANNOT_BE_READ, GONE, UNKNOWN, UNREADABLE, Fault, Told, chunks, gone, readable, told_about

TERMS = {"mentorship.terms_proposed", "mentorship.terms_signed"}  # whoever proposes terms signs them with it


def faults() -> Iterator[Fault]:
    yield from _agreements()
    yield from _terms()
    yield from gone(Mentorship)


def _agreements() -> Iterator[Fault]:
    said: dict[tuple[str, int | None], set[str]] = defaultdict(set)
    for subject, actor, facts in Entry.objects.filter(verb="agreement.signed").values_list("subject", "actor", "facts"):
        said[subject, actor].add(facts.get("digest", "") if isinstance(facts, dict) else "")
    for signature in AgreementSignature.objects.select_related("agreement").order_by("pk").iterator():
        row = f"agreementsignature:{signature.pk}"
        if signature.text_digest != digest_of_words(signature.agreement):
            yield Fault(row=row, reason="the words of its agreement are not those signed")
        elif signature.text_digest not in said[f"agreement:{signature.agreement_id}", signature.person_id]:
            yield Fault(row=row, reason="it is not the signature that history recorded")


def _terms() -> Iterator[Fault]:
    rows = MentorshipTerms.objects.select_related("agreement", "mentorship__mentor").defer("scope")
    for keys in chunks(Mentorship.objects.all()):
        told = told_about([f"mentorship:{key}" for key in keys])
        known = dict(MentorshipTerms.objects.filter(mentorship__in=keys).values_list("pk", "version"))
        found, unreadable = readable(rows, list(known))
        yield from (Fault(row=f"mentorshipterms:{key}", reason=CANNOT_BE_READ) for key in unreadable)
        there = defaultdict(set)
        for terms in found:
            there[terms.mentorship_id].add(terms.version)
            try:
                reason = _what_is_wrong(terms, told[f"mentorship:{terms.mentorship_id}"])
            except CannotOpen:
                continue  # named already, with its column
            except UNREADABLE:
                reason = CANNOT_BE_READ
            if reason:
                yield Fault(row=f"mentorshipterms:{terms.pk}", reason=reason)
        for key in keys:
            said = {entry.facts.get("version") for entry in told[f"mentorship:{key}"] if entry.verb in TERMS}
            for version in sorted(said - there[key] - {known[pk] for pk in unreadable}, key=str):
                yield Fault(row=f"mentorshipterms of mentorship:{key}, version {version}", reason=GONE)


def _what_is_wrong(terms: MentorshipTerms, told: list[Told]) -> str:
    """The first thing that is not as recorded, as a sentence; nothing when all is. One query, for what is sealed."""
    about = [entry for entry in told if entry.verb in TERMS and entry.facts.get("version") == terms.version]
    if not about:
        return UNKNOWN
    if {entry.facts.get("digest") for entry in about} != {terms.digest}:
        return "they are not the terms that history recorded"
    if digest_of_terms(terms.agreement, said_in(terms)) != terms.digest:
        return "their words are not those that were signed"
    signed: dict[int | None, datetime] = {}
    if terms.learner_signed_at:
        signed[terms.mentorship.learner_id] = terms.learner_signed_at
    if terms.mentor_signed_at:
        signed[terms.mentorship.mentor.person_id] = terms.mentor_signed_at
    if signed != {entry.actor: entry.at for entry in about}:
        return "their signatures are not those that history recorded"
    return ""
