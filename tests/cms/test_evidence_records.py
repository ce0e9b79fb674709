"""Is a document, its file, or a mentor's word that was altered behind the product's back found, and named to the row?"""

from datetime import timedelta

import pytest

from assessments.documents import return_document, withdraw_document
from assessments.models import EvidenceDocument, Recommendation, RecommendationRequest
from assessments.recommending import ask_for_recommendation, seal_of, withdraw_recommendation
from cms.records import counts, documents, faults, recommendations
from tests.factories.evidence import (
    a_pdf,
    make_accepted_document,
    make_background_check,
    make_document,
    make_recommendation,
)
from tests.factories.people import NOON, make_registrar
from tests.factories.shifts import make_mentorship

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def reasons() -> dict[str, str]:
    return {fault.row: fault.reason for fault in faults()}


def test_untouched_evidence_is_as_it_was(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        make_document()
        make_background_check()
        accepted = make_accepted_document()
        return_document(document=make_accepted_document(), words="No.", by=make_registrar(), at=NOON)
        withdraw_document(document=accepted, by=accepted.person, at=NOON)
        word = make_recommendation()
        ask_for_recommendation(mentorship=make_mentorship(), at=NOON)
        withdraw_recommendation(recommendation=word, reason="I heard more.", by=word.given_by, at=NOON)
        make_recommendation(word.mentorship, at=NOON + DAY)

    assert reasons() == {}
    assert (counts()["outside documents"], counts()["recommendations"]) == (4, 2)


@pytest.mark.parametrize(
    "change",
    [
        {"expires_on": None},
        {"issuer": "Another"},
        {"kind": "first_aid"},
        {"file_digest": "ab" * 32},
        {"accepted_by": None, "accepted_at": None},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_document_is_named(change):
    document = make_accepted_document()
    EvidenceDocument.objects.filter(pk=document.pk).update(**change)

    assert reasons() == {f"evidencedocument:{document.pk}": "it is not as history left it"}


def test_a_file_that_was_exchanged_or_is_gone_is_named():
    exchanged, gone = make_accepted_document(), make_document()
    with exchanged.file.storage.open(exchanged.file.name, "wb") as kept:
        kept.write(a_pdf())
    gone.file.storage.delete(gone.file.name)

    assert reasons() == {
        f"evidencedocument:{exchanged.pk}": "its file is not the one that history recorded",
        f"evidencedocument:{gone.pk}": "its file is gone",
    }


def test_a_document_nobody_handed_in_and_one_that_is_gone_are_named():
    made, taken = make_document(), make_document()
    made.pk = None
    made.save(force_insert=True)
    EvidenceDocument.objects.filter(pk=taken.pk).delete()

    assert reasons() == {
        f"evidencedocument:{made.pk}": "history does not know it",
        f"evidencedocument:{taken.pk}": "it was recorded, and is gone",
    }


def test_a_changed_word_is_named():
    word = make_recommendation()
    Recommendation.objects.filter(pk=word.pk).update(advice="NOT_YET")

    assert reasons()[f"recommendation:{word.pk}"].startswith("its seal is broken")


def test_a_word_sealed_anew_behind_our_back_is_named():
    word = make_recommendation()
    sealed = word.sealed | {"advice": "NOT_YET"}
    Recommendation.objects.filter(pk=word.pk).update(advice="NOT_YET", sealed=sealed, seal=seal_of(sealed))

    assert reasons() == {f"recommendation:{word.pk}": "its seal is not the one that history recorded"}


@pytest.mark.parametrize("name", ["words_to_registrar", "words_to_learner"])
def test_other_words_in_its_place_are_named(name):
    word = make_recommendation()
    Recommendation.objects.filter(pk=word.pk).update(**{name: "Otherwise."})

    assert reasons() == {f"recommendation:{word.pk}": "it is not as history left it"}


def test_a_withdrawal_undone_is_named():
    word = make_recommendation()
    withdraw_recommendation(recommendation=word, reason="I heard more.", by=word.given_by, at=NOON)
    Recommendation.objects.filter(pk=word.pk).update(withdrawn_at=None)

    assert reasons() == {f"recommendation:{word.pk}": "it is not as history left it"}


def test_a_request_and_a_word_that_are_gone_are_named():
    asked = ask_for_recommendation(mentorship=make_mentorship(), at=NOON)
    word = make_recommendation()
    RecommendationRequest.objects.all().delete()
    Recommendation.objects.all().delete()

    assert set(reasons()) == {f"recommendationrequest:{asked.pk}", f"recommendation:{word.pk}"}


@pytest.mark.parametrize("shown", [1, 3])
def test_checking_documents_asks_as_often_for_one_as_for_three(shown, django_assert_num_queries):
    for _number in range(shown):
        make_accepted_document()

    with django_assert_num_queries(5):  # keys, rows, history; what history names, keys
        list(documents.faults())


def test_checking_words_reads_none_of_them(django_assert_num_queries):
    make_recommendation()

    with django_assert_num_queries(
        8
    ) as asked:  # keys, rows, history, as they are kept; what history names, keys, twice
        list(recommendations.faults())

    assert not [query for query in asked if "learner_id" in query["sql"] and '"words_to_registrar"' in query["sql"]]
