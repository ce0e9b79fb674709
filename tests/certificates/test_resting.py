"""Does what a certificate rests on stay as long as it stands, and is evidence read as it is on the day?"""

from datetime import timedelta

import pytest
from django.urls import reverse

from assessments.documents import CannotShow, return_document, withdraw_document
from assessments.models import Advice, DocumentKind, DocumentState, EvidenceDocument, Recommendation
from assessments.models.documents import private_files
from assessments.recommending import CannotRecommend, ask_for_recommendation, withdraw_recommendation
from assessments.resting import a_certificate_rests_on, rests_is_told_by
from certificates.eligibility import verdict_on
from certificates.issuing import issue_certificate, replace_certificate
from certificates.models import Certificate, RevocationReason
from certificates.resting import resting_on_document
from certificates.status import revoke_certificate
from courses.models import Enrolment
from tests.factories.certificates import make_certificate, make_ready, make_signing_key
from tests.factories.evidence import (
    make_accepted_document,
    make_background_check,
    make_document,
    make_recommendation,
)
from tests.factories.people import NOON, make_person, make_registrar
from tests.factories.shifts import make_mentorship

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
KINDS = ["mental_health_first_aid", "background_check"]
RULES = [
    ("modules", {}),
    ("documents", {"kinds": KINDS, "recency_days": {"background_check": 400}}),
    ("recommendation", {}),
]
EARLIER = NOON - 5 * DAY


@pytest.fixture
def enrolment() -> Enrolment:
    make_signing_key()
    return make_ready(requirements=RULES, at=NOON)


def show_all(enrolment: Enrolment) -> tuple[EvidenceDocument, EvidenceDocument, Recommendation]:
    document = make_accepted_document(enrolment.learner, at=EARLIER)
    check = make_background_check(enrolment.learner, at=EARLIER)
    word = make_recommendation(make_mentorship(enrolment=enrolment, at=EARLIER), at=EARLIER)
    return document, check, word


def certify(learner) -> Certificate:
    enrolment = Enrolment.objects.get(learner=learner)
    return issue_certificate(enrolment=enrolment, holder_name="Ana Núñez", confirmed_by=make_registrar(), at=NOON)


def sentences(enrolment: Enrolment, **more) -> list[str]:
    return [finding.sentence for finding in verdict_on(enrolment, at=more.get("at", NOON)).findings]


def test_evidence_is_read_as_it_is_on_the_day(enrolment):
    assert sentences(enrolment)[1].startswith("0 of 2 in date.")
    show_all(enrolment)

    verdict = verdict_on(enrolment, at=NOON)

    assert verdict.met
    assert verdict.basis()[1:] == [
        {"requirement": "Outside documents", "summary": "In date: Mental health first aid and Background check"},
        {"requirement": "Recommendation", "summary": "Recommended by 1 mentor"},
    ]
    assert "ran out on 2 March 2028" in sentences(enrolment, at=NOON.replace(year=2028))[1]


def test_a_word_that_was_altered_recommends_nobody(enrolment):
    _document, _check, word = show_all(enrolment)
    Recommendation.objects.filter(pk=word.pk).update(given_at=NOON)

    assert sentences(enrolment)[2] == "0 of 1 mentor recommends you."


def test_asked_and_not_yet_are_said(enrolment):
    mentorship = make_mentorship(enrolment=enrolment, at=EARLIER)

    ask_for_recommendation(mentorship=mentorship, at=EARLIER)
    assert "has been asked" in sentences(enrolment)[2]
    make_recommendation(mentorship, advice=Advice.NOT_YET, at=NOON)
    assert "not yet" in sentences(enrolment)[2]


def test_somebody_elses_evidence_helps_nobody(enrolment):
    make_accepted_document(at=EARLIER)
    make_recommendation(make_mentorship(at=EARLIER), at=EARLIER)

    assert not verdict_on(enrolment, at=NOON).met


def test_the_next_step_leads_to_the_pages(client, enrolment):
    client.force_login(enrolment.learner)

    page = client.get("/certificates/").content.decode()

    assert reverse("assessments:evidence") in page
    assert reverse("assessments:recommendations") in page


@pytest.mark.parametrize("shown", [1, 3])
def test_a_verdict_costs_the_same_for_one_document_and_for_three(enrolment, shown, django_assert_num_queries):
    for _number in range(shown):
        make_accepted_document(enrolment.learner, at=EARLIER)
        make_recommendation(make_mentorship(enrolment=enrolment, at=EARLIER), at=EARLIER)
    enrolment = Enrolment.objects.select_related("learner", "programme").get(pk=enrolment.pk)

    with django_assert_num_queries(11):  # those of every verdict; documents, words, requests
        verdict_on(enrolment, at=NOON)


# Resting ---------------------------------------------------------------------------------------------------


def test_what_a_certificate_rests_on_is_not_withdrawn(enrolment):
    document, check, word = show_all(enrolment)
    certify(enrolment.learner)

    for shown in (document, check):
        with pytest.raises(CannotShow, match="rests on this document"):
            withdraw_document(document=shown, by=enrolment.learner, at=NOON)
    with pytest.raises(CannotRecommend, match="issued on your word"):
        withdraw_recommendation(recommendation=word, reason="No.", by=word.given_by, at=NOON)
    with pytest.raises(CannotRecommend, match="issued on your word"):
        make_recommendation(word.mentorship, advice=Advice.NOT_YET, at=NOON)

    assert private_files().exists(document.file.name)


def test_the_page_says_that_it_stays(client, enrolment):
    document, _check, _word = show_all(enrolment)
    certify(enrolment.learner)
    client.force_login(enrolment.learner)
    address = reverse("assessments:evidence_withdraw", args=[document.pk])

    page = client.get(address).content.decode()
    posted = client.post(address, follow=True).content.decode()

    assert "It stays for now" in page
    assert "A certificate of yours rests on this document" in posted


def test_what_it_does_not_rest_on_is_withdrawn(enrolment):
    show_all(enrolment)
    other = make_accepted_document(enrolment.learner, kind=DocumentKind.FIRST_AID, at=EARLIER)
    later = make_document(enrolment.learner, at=EARLIER)
    certify(enrolment.learner)

    for shown in (other, later):
        assert withdraw_document(document=shown, by=enrolment.learner, at=NOON).state is DocumentState.WITHDRAWN


def test_a_name_change_carries_it_along_and_a_revocation_lets_it_go(enrolment):
    document, _check, _word = show_all(enrolment)
    certificate = certify(enrolment.learner)
    newer = replace_certificate(certificate=certificate, holder_name="Ana Prosser", by=make_registrar(), at=NOON + DAY)

    assert list(resting_on_document(document)) == [newer]
    revoke_certificate(certificate=newer, reason=RevocationReason.ERROR, by=make_registrar(), at=NOON + 2 * DAY)
    assert withdraw_document(document=document, by=enrolment.learner, at=NOON + 3 * DAY).withdrawn_at


def test_one_that_is_returned_after_the_award_keeps_its_file_when_another_takes_its_place(
    enrolment, django_capture_on_commit_callbacks
):
    document, _check, _word = show_all(enrolment)
    certify(enrolment.learner)
    document = return_document(document=document, words="It was not yours.", by=make_registrar(), at=NOON)

    with django_capture_on_commit_callbacks(execute=True):
        make_document(enrolment.learner, in_place_of=document, at=NOON)
    document.refresh_from_db()

    assert document.withdrawn_at is None
    assert private_files().exists(document.file.name)


def test_a_certificate_by_rules_that_ask_for_none_rests_on_none():
    make_signing_key()
    learner = make_person()
    document = make_accepted_document(learner, at=EARLIER)
    make_certificate(learner=learner, at=NOON)

    assert not a_certificate_rests_on(document)


def test_only_one_function_tells_what_rests():
    with pytest.raises(ValueError, match="already"):
        rests_is_told_by(lambda evidence: True)
