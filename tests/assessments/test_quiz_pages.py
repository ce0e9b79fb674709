import html
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from assessments.models import Attempt, QuizPage
from assessments.questions import Kind
from assessments.sitting import start_attempt
from cms.accounts.academy import AcademySettings
from tests.factories.courses import make_enrolment, make_module, make_programme
from tests.factories.people import make_person
from tests.factories.quizzes import answer, make_attempt, make_bank, make_question, make_quiz, right_answer, sit

pytestmark = pytest.mark.django_db
NOW = timezone.now() - timedelta(days=1)


def begin(client, **fields):
    """An open attempt of the learner who is signed in, and what they were asked, in order."""
    AcademySettings.load()  # made on first use, which would count as a query
    attempt = make_attempt(quiz=make_quiz(**fields), at=NOW)
    client.force_login(attempt.enrolment.learner)
    return attempt, list(attempt.questions.order_by("position"))


def one_question(client, kind=Kind.SINGLE, **fields):
    bank = make_bank(questions=0)
    make_question(bank, kind=kind, **fields)
    attempt, asked = begin(client, bank=bank, question_count=1)
    return attempt, asked[0]


def to(name, attempt, *more):
    return reverse(f"assessments:quiz_{name}", args=[attempt.public_id, *more])


def text_of(response):
    return html.unescape(response.content.decode())


# The quiz's own page ---------------------------------------------------------------------------------------


def test_the_quiz_s_page_tells_the_terms_and_begins(client):
    quiz = make_quiz(pass_mark=80, question_count=4)
    enrolment = make_enrolment(programme=quiz.get_parent().get_parent().specific)
    client.force_login(enrolment.learner)

    page = text_of(client.get(quiz.get_url()))
    response = client.post(reverse("assessments:quiz_start", args=[quiz.pk]))

    assert "Attempt 1 of 3" in page
    assert "0 of 3 used" in page
    assert "80\u00a0%" in page
    attempt = Attempt.objects.get()
    assert (attempt.enrolment, attempt.quiz) == (enrolment, quiz)
    assert response.url == to("attempt", attempt)


def test_an_open_attempt_goes_on_at_the_first_question_without_an_answer(client):
    attempt, asked = begin(client)
    answer(attempt, 1, right_answer(asked[0]))

    page = text_of(client.get(attempt.quiz.get_url()))

    assert "Attempt 1 is open" in page
    assert to("attempt", attempt) in page
    assert client.get(to("attempt", attempt)).url == to("question", attempt, 2)


def test_when_every_question_has_an_answer_one_looks_it_over(client):
    attempt, asked = begin(client)
    for question in asked:
        answer(attempt, question.position, right_answer(question))

    assert client.get(to("attempt", attempt)).url == to("review", attempt)


def test_the_page_lists_what_was_sat_before_and_offers_another(client):
    attempt, _ = begin(client)
    sit(attempt, right=1, at=NOW)

    page = text_of(client.get(attempt.quiz.get_url()))

    assert "Not yet: 25\u00a0%, pass is 75\u00a0%" in page
    assert "Attempt 2 of 3" in page
    assert "Try again" in page
    assert to("result", attempt) in page


def test_the_page_of_a_passed_quiz_says_so_and_leads_on(client):
    attempt, _ = begin(client)
    sit(attempt, right=4, at=NOW)

    page = text_of(client.get(attempt.quiz.get_url()))

    assert "Passed on" in page
    assert reverse("assessments:quiz_start", args=[attempt.quiz_id]) not in page


def test_when_the_attempts_are_used_the_page_says_what_comes_next_and_starting_is_refused(client):
    attempt, _ = begin(client, attempts_allowed=1)
    sit(attempt, right=0, at=NOW)

    page = text_of(client.get(attempt.quiz.get_url()))
    refused = client.post(reverse("assessments:quiz_start", args=[attempt.quiz_id]), follow=True)

    assert "You have used your one attempt." in page
    assert "You have used your one attempt." in text_of(refused)
    assert refused.redirect_chain == [(attempt.quiz.get_url(), 302)]
    assert Attempt.objects.count() == 1


def test_a_locked_quiz_says_what_opens_it_and_is_not_begun(client):
    programme = make_programme(lessons=1)
    quiz = make_quiz(programme=programme)
    client.force_login(make_enrolment(programme=programme).learner)

    page = text_of(client.get(quiz.get_url()))
    client.post(reverse("assessments:quiz_start", args=[quiz.pk]))

    assert "Opens once unit 1 is done" in page
    assert reverse("assessments:quiz_start", args=[quiz.pk]) not in page
    assert not Attempt.objects.exists()


def test_a_quiz_is_nobody_s_who_is_not_on_its_programme(client):
    quiz = make_quiz()
    client.force_login(make_enrolment().learner)

    assert client.get(quiz.get_url()).status_code == 302
    assert client.post(reverse("assessments:quiz_start", args=[quiz.pk])).status_code == 404
    assert client.post(reverse("assessments:quiz_start", args=[0])).status_code == 404
    assert not Attempt.objects.exists()


def test_a_quiz_that_is_no_longer_published_is_not_begun(client):
    quiz = make_quiz()
    client.force_login(make_enrolment(programme=quiz.get_parent().get_parent().specific).learner)
    QuizPage.objects.update(live=False)

    assert client.post(reverse("assessments:quiz_start", args=[quiz.pk])).status_code == 404


def test_an_editor_previews_a_quiz_and_cannot_begin_it(rf):
    quiz = make_quiz(intro="<p>Read this first.</p>")
    request = rf.get("/")
    request.user = make_person()

    response = quiz.serve_preview(request, "")
    page = html.unescape(response.render().content.decode())

    assert "Read this first." in page
    assert "This is a preview" in page
    assert "<form" not in page.split("<main", 1)[1].split("</main>", 1)[0]


# Answering -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "posted", "kept", "how"),
    [
        (Kind.SINGLE, "2", [2], "Choose one"),
        (Kind.MULTIPLE, ["0", "3"], [0, 3], "Choose all that are right"),
        (Kind.TRUE_FALSE, "false", False, "True or false"),
        (Kind.NUMERIC, " 47,5 ", "47,5", "Your answer, in hours"),
    ],
)
def test_a_question_of_each_kind_is_asked_answered_and_shown_again(client, kind, posted, kept, how):
    attempt, asked = one_question(client, kind)

    page = text_of(client.get(to("question", attempt, 1)))
    client.post(to("question", attempt, 1), {"answer": posted, "sequence": 1, "flagged": "on"})
    again = text_of(client.get(to("question", attempt, 1)))

    assert asked.stem in page
    assert how in page
    assert "Saved at" not in page.split("</header>")[0].split("data-trying-text")[1]
    question = attempt.questions.get()
    assert (question.response, question.is_flagged) == (kept, True)
    assert again.count("checked") == {Kind.MULTIPLE: 3, Kind.NUMERIC: 1}.get(kind, 2)
    assert kind != Kind.NUMERIC or 'value="47,5"' in again
    assert timezone.localtime(question.saved_at).strftime("Saved at %H:%M") in again


def test_saving_goes_on_to_the_next_question_back_to_the_one_before_and_at_the_end_to_the_look_over(client):
    attempt, _ = begin(client)
    sequence = {"sequence": 1}

    assert client.post(to("question", attempt, 1), sequence).url == to("question", attempt, 2)
    assert client.post(to("question", attempt, 2), sequence | {"go": "previous"}).url == to("question", attempt, 1)
    assert client.post(to("question", attempt, 4), sequence | {"go": "next"}).url == to("review", attempt)


@pytest.mark.parametrize(
    ("kind", "posted", "sentence"),
    [
        (Kind.NUMERIC, "a few", "Write a number in digits, such as 48 or 7.5."),
        (Kind.SINGLE, "9", "Choose from the answers shown."),
        (Kind.TRUE_FALSE, "perhaps", "Choose from the answers shown."),
    ],
)
def test_what_is_not_an_answer_comes_back_with_a_sentence_and_what_was_typed(client, kind, posted, sentence):
    attempt, _ = one_question(client, kind)

    response = client.post(to("question", attempt, 1), {"answer": posted, "sequence": 1})

    assert response.status_code == 422
    assert sentence in text_of(response)
    assert kind != Kind.NUMERIC or f'value="{posted}"' in text_of(response)
    assert attempt.questions.get().response is None


def test_the_button_saves_even_when_another_tab_saved_since(client):
    attempt, _ = one_question(client)
    answer(attempt, 1, [0], sequence=9)

    client.post(to("question", attempt, 1), {"answer": "3", "sequence": 2})

    assert attempt.questions.get().response == [3]


def test_the_list_of_all_questions_says_in_words_how_each_one_stands(client):
    attempt, asked = begin(client)
    answer(attempt, 1, right_answer(asked[0]))
    client.post(to("question", attempt, 2), {"sequence": 1, "flagged": "on"})

    page = text_of(client.get(to("question", attempt, 3)))

    assert 'aria-label="Question 1, answered"' in page
    assert 'aria-label="Question 2, not answered yet, flagged"' in page
    assert 'aria-current="step" aria-label="Question 3, not answered yet"' in page
    assert "1 answered, 1 flagged, 3 to go" in page


def test_the_title_of_a_question_names_no_topic(client):
    attempt, _ = begin(client, title="Quiz: sexual violence")

    page = text_of(client.get(to("question", attempt, 1)))

    assert "<title>Question 1 of 4, Closed Set Academy</title>" in page


# Autosave --------------------------------------------------------------------------------------------------


def test_autosave_answers_with_the_time_on_the_learner_s_own_clock(client):
    attempt, _ = one_question(client)
    learner = attempt.enrolment.learner
    learner.time_zone = "Asia/Kolkata"
    learner.save()

    response = client.post(to("save", attempt, 1), {"answer": "1", "sequence": 4})

    question = attempt.questions.get()
    in_kolkata = question.saved_at + timedelta(hours=5, minutes=30)
    assert response.json() == {"saved_at": in_kolkata.strftime("%H:%M"), "sequence": 4, "taken": True}
    assert question.response == [1]


def test_autosave_says_when_a_newer_save_was_there_already(client):
    attempt, _ = one_question(client)
    answer(attempt, 1, [0], sequence=9)

    response = client.post(to("save", attempt, 1), {"answer": "1", "sequence": 4})

    assert (response.json()["sequence"], response.json()["taken"]) == (9, False)
    assert attempt.questions.get().response == [0]


@pytest.mark.parametrize(
    ("posted", "sentence"),
    [
        ({"answer": "9", "sequence": 1}, "Choose from the answers shown."),
        ({"answer": "1"}, "This field is required."),
        ({"answer": "1", "sequence": 2**31}, "Ensure this value is less than or equal to 2147483647."),
    ],
)
def test_autosave_refuses_what_is_not_an_answer(client, posted, sentence):
    attempt, _ = one_question(client)

    response = client.post(to("save", attempt, 1), posted)

    assert (response.status_code, response.json()) == (422, {"reason": sentence})
    assert attempt.questions.get().response is None


def test_autosave_refuses_a_number_that_is_none(client):
    attempt, _ = one_question(client, Kind.NUMERIC)

    response = client.post(to("save", attempt, 1), {"answer": "4.", "sequence": 1})
    refused = client.post(to("save", attempt, 1), {"answer": "4.x", "sequence": 2})

    assert response.status_code == 200
    assert (refused.status_code, attempt.questions.get().response) == (422, "4.")


def test_autosave_after_handing_in_changes_nothing_and_says_so(client):
    attempt, _ = begin(client)
    sit(attempt, right=4, at=NOW)

    response = client.post(to("save", attempt, 1), {"sequence": 99})

    assert response.status_code == 409
    assert "handed in" in response.json()["reason"]
    assert attempt.questions.get(position=1).response is not None


def test_autosave_needs_the_form_s_token(client):
    attempt, _ = begin(client)
    client.handler.enforce_csrf_checks = True

    assert client.post(to("save", attempt, 1), {"sequence": 1}).status_code == 403


# Handing in ------------------------------------------------------------------------------------------------


def test_the_look_over_names_what_has_no_answer_and_what_is_flagged(client):
    attempt, asked = begin(client)
    for question in asked[:2]:
        answer(attempt, question.position, right_answer(question))
    client.post(to("question", attempt, 4), {"sequence": 1, "flagged": "on"})

    page = text_of(client.get(to("review", attempt)))

    assert "2 questions have no answer" in page
    assert page.count("No answer yet") == 2
    assert page.count("Flagged") == 1
    assert all(question.stem in page for question in asked)


def test_a_complete_attempt_says_so_and_shows_what_was_answered(client):
    attempt, asked = one_question(client)
    answer(attempt, 1, [2])

    page = text_of(client.get(to("review", attempt)))

    assert "Every question has an answer." in page
    assert asked.options[2] in page
    assert asked.options[1] not in page


def test_handing_in_leads_to_the_result_and_a_second_time_to_the_same(client):
    attempt, asked = begin(client)
    for question in asked:
        answer(attempt, question.position, right_answer(question))

    first = client.post(to("hand_in", attempt))
    again = client.post(to("hand_in", attempt))

    assert first.url == again.url == to("result", attempt)
    attempt.refresh_from_db()
    assert (attempt.score, attempt.passed) == (100, True)


@pytest.mark.parametrize("name", ["start", "hand_in"])
def test_what_changes_something_is_posted(client, name):
    attempt, _ = begin(client)
    address = reverse("assessments:quiz_start", args=[attempt.quiz_id]) if name == "start" else to(name, attempt)

    assert client.get(address).status_code == 405
    attempt.refresh_from_db()
    assert attempt.submitted_at is None


# The result ------------------------------------------------------------------------------------------------


def test_the_result_of_a_pass_says_so_first_and_leads_on(client):
    attempt, _ = begin(client)
    make_module(attempt.enrolment.programme, lessons=1)
    sit(attempt, right=4, at=NOW)

    page = text_of(client.get(to("result", attempt)))

    assert "<h1>Passed, 100\u00a0%</h1>" in page
    assert "“Lesson 1” is open to you." in page


def test_the_result_of_a_miss_says_not_yet_without_red_and_offers_another_attempt(client):
    attempt, _ = begin(client, pass_mark=80)
    sit(attempt, right=3, at=NOW)

    page = text_of(client.get(to("result", attempt)))

    assert "<h1>Not yet: 75\u00a0%, the pass mark is 80\u00a0%</h1>" in page
    assert "You have 2 attempts left." in page
    assert "Try again" in page
    assert "status-stop" not in page
    assert "notice-stop" not in page


def test_the_result_when_nothing_is_left_says_whom_to_talk_to(client):
    attempt, _ = begin(client, attempts_allowed=1)
    sit(attempt, right=0, at=NOW)

    assert "You have used your one attempt." in text_of(client.get(to("result", attempt)))


def test_the_result_while_another_attempt_is_open_leads_back_into_it(client):
    attempt, _ = begin(client)
    sit(attempt, right=0, at=NOW)
    open_one = start_attempt(enrolment=attempt.enrolment, quiz=attempt.quiz, at=NOW)

    page = text_of(client.get(to("result", attempt)))

    assert "Attempt 2 is open." in page
    assert to("attempt", open_one) in page


def test_the_result_shows_each_question_with_the_answer_given_the_right_one_and_why(client):
    bank = make_bank(questions=4)
    attempt, asked = begin(client, bank=bank)
    by_kind = {question.kind: question for question in asked}
    answer(attempt, by_kind[Kind.MULTIPLE].position, by_kind[Kind.MULTIPLE].key["right"][:1])
    answer(attempt, by_kind[Kind.TRUE_FALSE].position, False)
    answer(attempt, by_kind[Kind.NUMERIC].position, "48,0")
    client.post(to("hand_in", attempt))

    response = client.get(to("result", attempt))

    outcome = {item.question.kind: item.outcome for item in response.context["marked"]}
    assert outcome == {Kind.SINGLE: "none", Kind.MULTIPLE: "part", Kind.TRUE_FALSE: "wrong", Kind.NUMERIC: "right"}
    page = text_of(response)
    assert all(question.explanation in page for question in asked)
    for words in ("Not answered", "Partly right, 50\u00a0%", "Not right", "48,0 hours", "48 hours"):
        assert words in page
    assert page.count('<span class="tag">Right</span>') == 3
    assert page.count('<span class="tag">Your answer</span>') == 1


def test_a_number_with_room_says_how_much(client):
    attempt, _ = one_question(client, Kind.NUMERIC, tolerance="0.5")
    client.post(to("hand_in", attempt))

    assert "48 hours, give or take 0.5" in text_of(client.get(to("result", attempt)))


def test_a_near_miss_never_reads_as_the_pass_mark(client):
    attempt, _ = begin(client, question_count=3, pass_mark=67)
    sit(attempt, right=2, at=NOW)

    assert "Not yet: 66\u00a0%, the pass mark is 67\u00a0%" in text_of(client.get(to("result", attempt)))


# What must never be seen -----------------------------------------------------------------------------------


def test_no_key_and_no_explanation_reaches_the_browser_before_handing_in(client):
    bank = make_bank(questions=0)
    make_question(bank, kind=Kind.NUMERIC, number="7919", tolerance="0.125")
    for place in range(3):
        make_question(bank, kind=[Kind.SINGLE, Kind.MULTIPLE, Kind.TRUE_FALSE][place])
    attempt, asked = begin(client, bank=bank)
    seen = []

    for question in asked:
        seen.append(client.get(to("question", attempt, question.position)))
        seen.append(client.post(to("save", attempt, question.position), {"sequence": 1}))
        seen.append(client.post(to("save", attempt, question.position), {"sequence": 2, "answer": "wrong"}))
        seen.append(client.post(to("question", attempt, question.position), {"sequence": 3, "answer": "wrong"}))
        seen.append(client.post(to("question", attempt, question.position), {"sequence": 4, "flagged": "on"}))
    seen += [client.get(to(name, attempt)) for name in ("attempt", "review", "result")]
    seen += [client.get(attempt.quiz.get_url()), client.post(reverse("assessments:quiz_start", args=[attempt.quiz_id]))]

    for response in seen:
        body = text_of(response) + str(dict(response.headers)) + response.headers.get("Location", "")
        for secret in ("Because", "7919", "0.125", '"right"', "explanation", "offered-right"):
            assert secret not in body
    assert len(seen) == 25
    client.post(to("hand_in", attempt))
    assert "7919 hours, give or take 0.125" in text_of(client.get(to("result", attempt)))


def test_pages_before_handing_in_never_read_the_columns_of_keys(client, django_assert_num_queries):
    attempt, _ = begin(client)

    for address in (to("question", attempt, 1), to("review", attempt)):
        with django_assert_num_queries(5) as asked:
            client.get(address)
        assert not any('"key"' in query["sql"] or '"explanation"' in query["sql"] for query in asked.captured_queries)


@pytest.mark.parametrize("handed_in", [False, True])
def test_another_learner_s_attempt_looks_like_one_that_is_not_there(client, handed_in):
    attempt, _ = begin(client)
    if handed_in:
        sit(attempt, right=4, at=NOW)
    # on the same programme, with an attempt of their own
    other = make_attempt(quiz=attempt.quiz, enrolment=make_enrolment(programme=attempt.enrolment.programme), at=NOW)
    client.force_login(other.enrolment.learner)

    for name, more in (("attempt", ()), ("question", (1,)), ("review", ()), ("result", ())):
        assert client.get(to(name, attempt, *more)).status_code == 404
    for name, more in (("question", (1,)), ("save", (1,)), ("hand_in", ())):
        assert client.post(to(name, attempt, *more), {"sequence": 5}).status_code == 404
    assert not attempt.questions.filter(sequence=5).exists()
    assert client.get(to("question", other, 1)).status_code == 200


def test_who_left_the_programme_sees_the_attempt_no_more(client):
    attempt, _ = begin(client)
    attempt.enrolment.withdrawn_at = attempt.enrolment.enrolled_at
    attempt.enrolment.save()

    assert client.get(to("question", attempt, 1)).status_code == 404
    assert client.post(to("save", attempt, 1), {"sequence": 1}).status_code == 404
    assert client.post(to("hand_in", attempt)).status_code == 404


def test_a_visitor_is_asked_to_sign_in(client):
    attempt = make_attempt()

    for address in (to("attempt", attempt), to("question", attempt, 1), to("result", attempt)):
        assert client.get(address).url == f"/accounts/login/?next={address}"


def test_before_handing_in_there_is_no_result_and_afterwards_nothing_else(client):
    attempt, _ = begin(client)
    assert client.get(to("result", attempt)).url == to("attempt", attempt)
    sit(attempt, right=1, at=NOW)

    for name, more in (("attempt", ()), ("question", (1,)), ("review", ())):
        assert client.get(to(name, attempt, *more)).url == to("result", attempt)
    assert client.post(to("question", attempt, 1), {"sequence": 9}).url == to("result", attempt)


def test_a_question_that_was_not_asked_is_not_there(client):
    attempt, _ = begin(client)

    assert client.get(to("question", attempt, 5)).status_code == 404
    assert client.get(to("question", attempt, 0)).status_code == 404


@pytest.mark.parametrize("name", ["attempt", "question", "review", "result"])
def test_no_page_of_a_sitting_is_kept_by_a_browser_or_a_proxy(client, name):
    attempt, _ = begin(client)

    response = client.get(to(name, attempt, *([1] if name == "question" else [])))

    assert "no-store" in response.headers["Cache-Control"]


# Few queries -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("questions", [1, 3])
def test_a_question_s_page_is_few_queries_however_many_questions(client, questions, django_assert_num_queries):
    attempt, _ = begin(client, question_count=questions)

    # session, person, question with its attempt and enrolment, all questions, academy
    with django_assert_num_queries(5):
        client.get(to("question", attempt, 1))


@pytest.mark.parametrize("questions", [1, 3])
def test_a_save_is_few_queries_however_many_questions(client, questions, django_assert_num_queries):
    attempt, _ = begin(client, question_count=questions)

    # session, person, question with its attempt and enrolment, question under its lock, change; a savepoint of the test
    with django_assert_num_queries(7):
        client.post(to("save", attempt, 1), {"sequence": 1})


@pytest.mark.parametrize("questions", [1, 3])
def test_the_look_over_is_few_queries_however_many_questions(client, questions, django_assert_num_queries):
    attempt, _ = begin(client, question_count=questions)

    # session, person, attempt with its enrolment, questions, academy
    with django_assert_num_queries(5):
        client.get(to("review", attempt))


@pytest.mark.parametrize("questions", [1, 3])
def test_the_result_is_few_queries_however_many_questions(client, questions, django_assert_num_queries):
    attempt, _ = begin(client, question_count=questions)
    sit(attempt, right=0, at=NOW)

    # session, person, attempt, enrolment; outline (5); attempts, quiz, questions; academy, menu, rights (2)
    with django_assert_num_queries(16):
        client.get(to("result", attempt))


@pytest.mark.parametrize("attempts", [1, 3])
def test_the_quiz_s_page_is_few_queries_however_many_attempts(client, attempts, django_assert_num_queries):
    attempt, _ = begin(client, attempts_allowed=5)
    sit(attempt, right=0, at=NOW)
    for _ in range(attempts - 1):
        sit(start_attempt(enrolment=attempt.enrolment, quiz=attempt.quiz, at=NOW), right=0, at=NOW)
    client.get(attempt.quiz.get_url())

    # session, person; Wagtail finds the page (8); enrolment; outline (4); attempts; academy
    with django_assert_num_queries(17):
        client.get(attempt.quiz.get_url())
