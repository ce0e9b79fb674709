"""What happens when evidence is taken back while a certificate is issued on it, or given twice at once? And without locks?"""

from contextlib import suppress
from threading import Barrier, BrokenBarrierError

import pytest
from django.db import DatabaseError

from assessments import documents, recommending
from assessments.documents import CannotReview, CannotShow, accept_document, withdraw_document
from assessments.models import Advice, EvidenceDocument, Recommendation
from certificates import issuing
from certificates.issuing import NotEligible, issue_certificate
from certificates.models import Certificate
from cms.accounts import history
from courses.models import CredentialKind
from tests.courses.races import meet_in, side_by_side, take_locks_away
from tests.factories.certificates import make_ready, make_signing_key
from tests.factories.evidence import DATES, a_pdf, make_accepted_document, make_document, make_recommendation
from tests.factories.people import NOON, make_person, make_registrar
from tests.factories.shifts import make_mentorship

pytestmark = pytest.mark.django_db(transaction=True)
RULES = [("modules", {}), ("documents", {"kinds": ["mental_health_first_aid"]})]


def is_hurt(answers) -> bool:
    return any(isinstance(answer, DatabaseError) for answer in answers)


def issue_and_withdraw():
    make_signing_key()
    enrolment = make_ready(requirements=RULES, kind=CredentialKind.COMPLETION, valid_years=None)
    document = make_accepted_document(enrolment.learner)
    return side_by_side(
        lambda: issue_certificate(enrolment=enrolment, holder_name="Ana Núñez", confirmed_by=None, at=NOON),
        lambda: withdraw_document(document=document, by=enrolment.learner, at=NOON),
    )


def test_a_document_is_certified_on_or_withdrawn_but_not_both():
    issued, withdrawn = issue_and_withdraw()

    assert isinstance(issued, NotEligible) != isinstance(withdrawn, CannotShow)
    assert Certificate.objects.exists() != EvidenceDocument.objects.filter(withdrawn_at__isnull=False).exists()


def test_without_the_lock_a_certificate_rests_on_what_is_gone(monkeypatch):
    meeting = Barrier(2)

    def meets(module, name):
        original = getattr(module, name)

        def and_meet(*args, **more):
            answer = original(*args, **more)
            with suppress(BrokenBarrierError):
                meeting.wait(timeout=5)
            return answer

        monkeypatch.setattr(module, name, and_meet)

    take_locks_away(monkeypatch)
    meets(issuing, "verdict_on")
    meets(documents, "a_certificate_rests_on")

    answers = issue_and_withdraw()

    both = Certificate.objects.exists() and EvidenceDocument.objects.filter(withdrawn_at__isnull=False).exists()
    assert both or is_hurt(answers)


def test_the_same_file_sent_twice_at_once_is_one_document():
    person, content = make_person(), a_pdf()

    one, other = side_by_side(*[lambda: make_document(person, content=content)] * 2)

    assert one == other
    assert EvidenceDocument.objects.count() == 1


def test_without_the_lock_it_is_two_or_somebody_is_hurt(monkeypatch):
    person, content = make_person(), a_pdf()
    take_locks_away(monkeypatch)
    meet_in(monkeypatch, documents, "_dated")

    answers = side_by_side(*[lambda: make_document(person, content=content)] * 2)

    assert EvidenceDocument.objects.count() == 2 or is_hurt(answers)


def accept(document, issuer, registrar):
    return lambda: accept_document(document=document, by=registrar, at=NOON, **DATES | {"issuer": issuer})


def test_of_two_acceptances_with_other_words_one_stands():
    document, registrars = make_document(), [make_registrar(), make_registrar()]

    answers = side_by_side(accept(document, "One", registrars[0]), accept(document, "Other", registrars[1]))

    assert sorted(isinstance(answer, CannotReview) for answer in answers) == [False, True]
    assert history.entries_about(document).filter(verb="document.accepted").count() == 1


def test_without_the_lock_it_is_accepted_twice_or_somebody_is_hurt(monkeypatch):
    document, registrars = make_document(), [make_registrar(), make_registrar()]
    take_locks_away(monkeypatch)
    meet_in(monkeypatch, documents, "digest_of_file")

    answers = side_by_side(accept(document, "One", registrars[0]), accept(document, "Other", registrars[1]))

    assert history.entries_about(document).filter(verb="document.accepted").count() == 2 or is_hurt(answers)


def words(mentorship):
    return [lambda advice=advice: make_recommendation(mentorship, advice=advice) for advice in Advice]


def test_of_two_words_at_once_the_later_stands_and_nobody_is_hurt():
    mentorship = make_mentorship()

    answers = side_by_side(*words(mentorship))

    assert not is_hurt(answers)
    assert Recommendation.objects.count() == 2
    assert Recommendation.objects.filter(replaced_at=None).count() == 1


def test_without_the_lock_the_second_word_is_hurt(monkeypatch):
    mentorship = make_mentorship()
    calls = words(mentorship)
    take_locks_away(monkeypatch)
    meet_in(monkeypatch, recommending, "seal_of")

    answers = side_by_side(*calls)

    # The constraint keeps the data true; what is lost is calm.
    assert is_hurt(answers)
    assert Recommendation.objects.filter(replaced_at=None).count() == 1
