import html
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.urls import reverse
from wagtail.models import ReferenceIndex
from wagtail.search.index import get_indexed_models
from wagtail.snippets.models import get_snippet_models

from assessments.questions import Bank, Choice, Kind, Question
from cms.accounts.models import User
from cms.accounts.roles import Role
from tests.factories.people import make_person
from tests.factories.quizzes import make_attempt, make_bank, make_question

pytestmark = pytest.mark.django_db


def make_editor(*, delete: bool = False) -> User:
    editor = make_person("Editor", roles=(Role.EDITOR,))
    codenames = ["access_admin"] + [f"{verb}_{thing}" for verb in ("add", "change") for thing in ("bank", "question")]
    codenames += ["delete_bank", "delete_question"] if delete else []
    editor.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return editor


def to(view, *args, thing="question"):
    return reverse(f"{thing}:{view}", args=args)


def form_of(bank, kind, choices=(), **fields):
    """What the editor's form posts."""
    posted = {
        "bank": bank.pk,
        "slug": "a-question",
        "kind": kind,
        "difficulty": "APPLY",
        "stem": "What is asked?",
        "explanation": "Because.",
        "is_ready": "on",
        "truth": "unknown",
        "number": "",
        "tolerance": "0",
        "unit": "",
        "choices-TOTAL_FORMS": len(choices),
        "choices-INITIAL_FORMS": 0,
        "choices-MIN_NUM_FORMS": 0,
        "choices-MAX_NUM_FORMS": 1000,
    }
    for place, (text, right) in enumerate(choices):
        posted |= {f"choices-{place}-text": text, f"choices-{place}-ORDER": place + 1}
        posted |= {f"choices-{place}-right": "on"} if right else {}
    return posted | fields


THREE = (("One", True), ("Two", False), ("Three", True))


@pytest.mark.parametrize(
    ("kind", "choices", "fields", "kept"),
    [
        (Kind.SINGLE, (("One", False), ("Two", True)), {}, [("One", False), ("Two", True)]),
        (Kind.MULTIPLE, THREE, {}, list(THREE)),
        (Kind.TRUE_FALSE, (), {"truth": "false"}, False),
        (Kind.NUMERIC, (), {"number": "7.5", "tolerance": "0.5", "unit": "hours"}, Decimal("7.5")),
    ],
)
def test_an_editor_writes_a_question_of_each_kind(client, kind, choices, fields, kept):
    bank = make_bank(questions=0)
    client.force_login(make_editor())

    response = client.post(to("add"), form_of(bank, kind, choices, **fields))

    assert response.status_code == 302
    question = Question.objects.get()
    assert (question.bank, question.kind, question.is_ready, question.version) == (bank, kind, True, 1)
    made = {
        Kind.TRUE_FALSE: question.truth,
        Kind.NUMERIC: question.number,
    }.get(kind, list(question.choices.order_by("sort_order").values_list("text", "right")))
    assert made == kept


@pytest.mark.parametrize(
    ("kind", "choices", "fields", "sentence"),
    [
        (Kind.SINGLE, (("One", True),), {}, "Single choice needs at least two answers, exactly one of them right."),
        (Kind.SINGLE, THREE, {}, "Single choice needs at least two answers, exactly one of them right."),
        (Kind.MULTIPLE, THREE[:2], {}, "Multiple response needs three answers or more, some right and some not."),
        (
            Kind.MULTIPLE,
            [(text, True) for text, _ in THREE],
            {},
            "Multiple response needs three answers or more, some right and some not.",
        ),
        (Kind.TRUE_FALSE, (), {}, "Say whether it is true."),
        (Kind.TRUE_FALSE, THREE, {"truth": "true"}, "This kind of question has no answers to choose from."),
        (Kind.NUMERIC, (), {}, "Write the right number."),
        (Kind.NUMERIC, (), {"number": "3", "tolerance": "-1"}, "Write nought or more."),
    ],
)
def test_a_question_that_could_not_be_asked_is_refused_in_words(client, kind, choices, fields, sentence):
    client.force_login(make_editor())

    response = client.post(to("add"), form_of(make_bank(questions=0), kind, choices, **fields))

    assert response.status_code == 200
    assert sentence in html.unescape(response.content.decode())
    assert not Question.objects.exists()


def test_a_short_name_is_used_once_in_a_bank(client):
    bank = make_bank(questions=0)
    make_question(bank, slug="a-question")
    client.force_login(make_editor())

    response = client.post(to("add"), form_of(bank, Kind.TRUE_FALSE, truth="true"))

    assert "This bank has a question of that short name." in response.content.decode()


def test_an_edit_is_a_new_version(client):
    bank = make_bank(questions=0)
    question = make_question(bank, kind=Kind.TRUE_FALSE)
    client.force_login(make_editor())

    client.post(to("edit", question.pk), form_of(bank, Kind.TRUE_FALSE, truth="false"))

    question.refresh_from_db()
    assert (question.version, question.truth, question.slug) == (2, False, "a-question")


def test_an_editor_makes_and_renames_a_bank(client):
    client.force_login(make_editor())

    client.post(to("add", thing="bank"), {"title": "Consent", "slug": "consent"})
    bank = Bank.objects.get()
    client.post(to("edit", bank.pk, thing="bank"), {"title": "Consent and power", "slug": "consent"})

    bank.refresh_from_db()
    assert bank.title == "Consent and power"


def test_questions_are_listed_and_sifted_by_bank_kind_and_readiness(client):
    bank, other = make_bank(questions=4), make_bank(questions=1)
    Question.objects.filter(kind=Kind.SINGLE, bank=bank).update(is_ready=False)
    client.force_login(make_editor())

    def listed(**query):
        return {question.pk for question in client.get(to("index"), query).context["object_list"]}

    everything = set(Question.objects.values_list("pk", flat=True))
    assert listed() == everything
    assert listed(bank=other.pk) == set(other.questions.values_list("pk", flat=True))
    assert listed(kind=Kind.NUMERIC) == set(Question.objects.filter(kind=Kind.NUMERIC).values_list("pk", flat=True))
    assert listed(is_ready="false") == set(Question.objects.filter(is_ready=False).values_list("pk", flat=True))
    assert listed(q=Question.objects.get(pk=min(everything)).stem) == {min(everything)}


@pytest.mark.parametrize("questions", [1, 3])
def test_the_list_takes_as_many_queries_for_three_questions_as_for_one(client, questions, django_assert_num_queries):
    make_bank(questions=questions)
    client.force_login(make_editor())
    client.get(to("index"))

    with django_assert_num_queries(13):
        client.get(to("index"))


def test_the_menu_has_the_banks_for_who_may_write_and_for_nobody_else(client):
    reader = make_person()
    reader.user_permissions.add(Permission.objects.get(codename="access_admin"))

    client.force_login(make_editor())
    assert "Question banks" in client.get(reverse("wagtailadmin_home")).content.decode()
    client.force_login(reader)
    assert "Question banks" not in client.get(reverse("wagtailadmin_home")).content.decode()
    make_bank()
    assert client.get(to("index")).status_code == 302
    assert client.get(to("edit", Question.objects.first().pk)).status_code == 302


@pytest.mark.parametrize("thing", ["question", "bank"])
def test_nobody_deletes_what_may_have_been_asked(client, thing):
    attempt = make_attempt()
    row = {"question": attempt.questions.first().question, "bank": attempt.quiz.bank}[thing]
    everybody = [make_editor(delete=True), User.objects.create_superuser("all@example.org", display_name="All")]

    for person in everybody:
        client.force_login(person)
        edit, index = client.get(to("edit", row.pk, thing=thing)), client.get(to("index", thing=thing))
        refused = client.post(to("delete", row.pk, thing=thing))

        assert to("delete", row.pk, thing=thing) not in edit.content.decode() + index.content.decode()
        assert refused.url == reverse("wagtailadmin_home")
    assert type(row).objects.filter(pk=row.pk).exists()


def test_the_database_keeps_what_was_asked():
    attempt = make_attempt()

    for row in (attempt.questions.first().question, attempt.quiz.bank):
        with pytest.raises(ProtectedError):
            row.delete()


def test_questions_are_in_no_search_no_snippet_chooser_and_no_index_of_references():
    for model in (Bank, Question, Choice):
        assert model not in get_indexed_models()
        assert model not in get_snippet_models()
        assert not ReferenceIndex.model_is_indexable(model) or model not in ReferenceIndex.indexed_models


# What the database refuses ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("question_numeric_has_a_number", {"kind": Kind.NUMERIC, "number": None}),
        ("question_true_or_false_has_a_truth", {"kind": Kind.TRUE_FALSE, "truth": None}),
        ("question_tolerance_not_negative", {"tolerance": -1}),
    ],
)
def test_an_impossible_question_is_refused(constraint, change):
    question = make_question(make_bank(questions=0))

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Question.objects.filter(pk=question.pk).update(**change)


def test_a_short_name_twice_in_a_bank_is_refused_by_the_database_too():
    bank = make_bank(questions=0)
    make_question(bank, slug="twice")
    make_question(make_bank(questions=0), slug="twice")

    with pytest.raises(IntegrityError), transaction.atomic():
        make_question(bank, slug="twice")
