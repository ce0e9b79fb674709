"""Can a registrar ask before they answer, and is the request with the learner until they do?"""

from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from certificates.deciding import CannotDecide, confirm_certification, decline_certification
from certificates.models import Decision, DecisionKind, RequestQuestion
from certificates.questions import (
    CannotAnswer,
    answer_question,
    ask_learner,
    requests_with_the_learner,
    requests_with_the_registrar,
)
from cms.accounts.models import Entry
from tests.courses.races import side_by_side
from tests.factories.certificates import make_request, make_signing_key
from tests.factories.people import NOON, make_person, make_registrar

DAY = timedelta(days=1)


def ask(request, by=None, question="Which of the two Fridays was it?", at=NOON):
    return ask_learner(request=request, question=question, by=by or make_registrar(), at=at)


@pytest.mark.django_db
def test_a_question_puts_the_request_with_the_learner(mailoutbox, django_capture_on_commit_callbacks):
    request, registrar = make_request(), make_registrar()

    with django_capture_on_commit_callbacks(execute=True):
        asked = ask(request, registrar)
        again = ask(request, registrar, at=NOON + DAY)

    [letter] = mailoutbox
    assert again == asked
    assert list(requests_with_the_learner()) == [request]
    assert list(requests_with_the_registrar()) == []
    assert letter.to == [request.enrolment.learner.email]
    assert "Friday" not in letter.subject + letter.body
    assert "Friday" not in str(list(Entry.objects.values_list("facts", flat=True)))
    assert list(Decision.objects.values_list("kind", flat=True)) == ["ASK"]


@pytest.mark.django_db
def test_the_answer_brings_it_back_to_who_asked(mailoutbox, django_capture_on_commit_callbacks):
    request, registrar = make_request(), make_registrar()
    asked = ask(request, registrar)

    with django_capture_on_commit_callbacks(execute=True):
        answer_question(question=asked, answer=" The second. ", at=NOON + DAY)
        answered = answer_question(question=asked, answer="The second.", at=NOON + 2 * DAY)

    assert (answered.answer, answered.answered_at) == ("The second.", NOON + DAY)
    assert list(requests_with_the_registrar()) == [request]
    assert [letter.to for letter in mailoutbox] == [[registrar.email]]
    assert ask(request, registrar, "And the call sheet?", at=NOON + 2 * DAY) != asked


@pytest.mark.django_db
def test_what_is_asked_and_answered_is_sealed_in_its_column():
    asked = ask(make_request())
    answer_question(question=asked, answer="The second.", at=NOON)

    raw = str(list(RequestQuestion.objects.extra(select={"kept": "answer"}).values_list("kept")))

    assert "second" not in raw


@pytest.mark.django_db
@pytest.mark.parametrize("question", ["", "  ", "x" * 4_001])
def test_a_question_has_words(question):
    with pytest.raises(CannotDecide, match="Write the question"):
        ask(make_request(), question=question)


@pytest.mark.django_db
def test_nobody_asks_themselves_nor_twice_nor_after_the_answer():
    registrar = make_registrar()
    own, waiting, declined = make_request(learner=registrar), make_request(), make_request()
    ask(waiting)
    decline_certification(request=declined, reason="No.", by=registrar, at=NOON)

    with pytest.raises(CannotDecide, match="your own request"):
        ask(own, registrar)
    with pytest.raises(CannotDecide, match="asked already"):
        ask(waiting, question="Another?")
    with pytest.raises(CannotDecide, match="is answered"):
        ask(declined)


@pytest.mark.django_db
def test_one_question_is_open_at_a_time():
    asked = ask(make_request())
    other = Decision.objects.create(kind=DecisionKind.ASK, request=asked.request, by=make_registrar(), at=NOON)

    with pytest.raises(IntegrityError), transaction.atomic():
        RequestQuestion.objects.create(request=asked.request, asked=other)


@pytest.mark.django_db
def test_an_answer_is_given_once_and_before_the_decision():
    first, second = ask(make_request()), ask(make_request())
    answer_question(question=first, answer="The second.", at=NOON)
    decline_certification(request=second.request, reason="No.", by=make_registrar(), at=NOON)

    with pytest.raises(CannotAnswer, match="answered this already"):
        answer_question(question=first, answer="The first.", at=NOON)
    with pytest.raises(CannotAnswer, match="in the meantime"):
        answer_question(question=second, answer="The first.", at=NOON)
    with pytest.raises(CannotAnswer, match="Write your answer"):
        answer_question(question=ask(make_request()), answer=" ", at=NOON)


@pytest.mark.django_db
def test_the_registrar_may_certify_without_waiting():
    make_signing_key()
    asked = ask(make_request())

    certificate = confirm_certification(request=asked.request, by=make_registrar(), at=NOON)

    assert certificate.enrolment == asked.request.enrolment
    assert not requests_with_the_learner().exists()


@pytest.mark.django_db(transaction=True)
def test_two_registrars_who_ask_at_once_ask_one_thing():
    request, one, other = make_request(), make_registrar(), make_registrar()

    answers = side_by_side(partial(ask, request, one, "This?"), partial(ask, request, other, "That?"))

    assert sorted(type(answer).__name__ for answer in answers) == ["CannotDecide", "RequestQuestion"]


# The learner's page ----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_learner_reads_and_answers_on_their_certificates_page(client):
    asked = ask(make_request())
    address = reverse("certificates:question", args=[asked.pk])
    client.force_login(asked.request.enrolment.learner)

    listed = client.get(reverse("certificates:list")).text
    shown = client.get(address).text
    refused = client.post(address, {"answer": " "})
    sent = client.post(address, {"answer": "The second."})

    assert address in listed
    assert "Which of the two Fridays was it?" in shown
    assert "Friday" not in listed
    assert refused.status_code == 422
    assert (sent.status_code, sent.url) == (302, reverse("certificates:list"))
    assert address not in client.get(reverse("certificates:list")).text
    assert "The second." in client.get(address).text


@pytest.mark.django_db
def test_too_late_an_answer_keeps_its_words_and_says_why(client):
    asked = ask(make_request())
    decline_certification(request=asked.request, reason="No.", by=make_registrar(), at=NOON)
    client.force_login(asked.request.enrolment.learner)

    refused = client.post(reverse("certificates:question", args=[asked.pk]), {"answer": "The second."})

    assert refused.status_code == 422
    assert "in the meantime" in refused.text


@pytest.mark.django_db
@pytest.mark.parametrize("who", [make_person, make_registrar])
def test_to_others_the_question_is_not_there(client, who):
    asked = ask(make_request())
    client.force_login(who())

    for method in (client.get, client.post):
        answer = method(reverse("certificates:question", args=[asked.pk]), {"answer": "Mine."})
        assert answer.status_code == 404
        assert "Friday" not in answer.text
    asked.refresh_from_db()
    assert asked.answered_at is None
