"""What did others vouch for? A learner's outside documents and their mentors' word, as a registrar weighs them."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from assessments.document_words import dates_of, line_of
from assessments.documents import documents_of
from assessments.models import Advice, EvidenceDocument, Recommendation
from assessments.recommending import seal_holds
from cms.accounts import policy
from cms.accounts.models import User
from courses.models import Enrolment


@dataclass(frozen=True, kw_only=True)
class DocumentLine:
    document: EvidenceDocument
    dates: str
    state: str
    is_good: bool
    may_review: bool


@dataclass(frozen=True, kw_only=True)
class WordLine:
    """A mentor's word. `private` is empty for the learner themselves, should they be a registrar."""

    name: str
    credential: str  # as it was on that day
    advice: str
    is_good: bool
    given_at: datetime
    private: str
    shown: str
    state: str  # why it does not count; nothing for one that does
    because: str


@dataclass(frozen=True, kw_only=True)
class Vouched:
    documents: list[DocumentLine]
    words: list[WordLine]


def vouched_for(enrolment: Enrolment, *, reader: User, on: date) -> Vouched:
    """Documents newest first, words oldest first with those that do not stand any more: two queries, and the reader's roles."""
    documents = documents_of(enrolment.learner).defer("words")
    words = Recommendation.objects.filter(mentorship__enrolment=enrolment).select_related("mentorship__mentor__person")
    return Vouched(
        documents=[
            DocumentLine(
                document=document,
                dates=dates_of(document),
                state=line_of(document, on).state,
                is_good=document.is_in_date(on),
                may_review=policy.may(reader, "document.review", document),
            )
            for document in documents
        ],
        words=[_line(word, reader) for word in words.order_by("given_at", "pk")],
    )


def _line(word: Recommendation, reader: User) -> WordLine:
    holds = seal_holds(word)
    signer = word.sealed.get("signer", {}) if holds else {}
    may_read = policy.may(reader, "recommendation.read", word)
    if not holds:
        state = _("Altered after it was sealed: it counts nothing")
    elif word.withdrawn_at:
        state = _("Taken back")
    else:
        state = _("Replaced by another") if word.replaced_at else ""
    return WordLine(
        name=signer.get("name") or word.mentorship.mentor.name,
        credential=signer.get("credential_number", ""),
        advice=word.get_advice_display(),
        is_good=not state and word.advice == Advice.RECOMMEND,
        given_at=word.given_at,
        private=word.words_to_registrar if may_read else "",
        shown=word.words_to_learner,
        state=state,
        because=word.withdrawn_because if may_read else "",
    )
