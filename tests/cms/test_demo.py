"""Does one command make the whole academy, once, or nothing of it? Slow: it really is made."""

import json
from collections.abc import Iterator
from io import StringIO

import pytest
from django.contrib.auth import authenticate
from django.core.management import call_command
from django.db import transaction
from django.test import Client, RequestFactory
from django.utils import timezone
from wagtail.models import Locale, Page

from assessments.models import Attempt, Mentor, Shift, ShiftState
from certificates.checking import check_certificate
from certificates.eligibility import verdict_on
from certificates.models import Certificate, CertificationRequest, SigningKey, Status, Watch
from certificates.register import on_register
from cms.accounts import history
from cms.accounts.models import Entry, User
from cms.accounts.passwords import DEMO_PASSWORD
from cms.accounts.roles import Role
from cms.demo.facts import demo_facts
from cms.demo.people import ACCOUNTS
from cms.demo.seed import is_seeded, seed
from cms.demo_views import facts
from cms.records import faults
from courses.models import Enrolment, ProgrammePage


def make_root() -> None:
    """What Wagtail's migrations made and tests that really commit have flushed."""
    Locale.objects.get_or_create(language_code="en-gb")
    if not Page.objects.filter(depth=1).exists():
        Page.add_root(title="Root", slug="root")


@pytest.fixture(scope="module")
def academy(django_db_setup, django_db_blocker) -> Iterator[None]:
    """The demo, made once for this module and taken away after it. Its tests only read."""
    with django_db_blocker.unblock(), transaction.atomic():
        make_root()
        seed(now=timezone.now())
        yield
        transaction.set_rollback(True)


def person(name: str) -> User:
    return User.objects.get(email=f"{name}@demo.example")


def rows() -> list[int]:
    return [model.objects.count() for model in (User, Entry, Certificate, Shift, Attempt, ProgrammePage, SigningKey)]


@pytest.mark.usefixtures("academy")
def test_every_status_is_there_under_its_number() -> None:
    numbers = demo_facts()["certificates"]

    assert list(numbers) == Status.values
    assert len(set(numbers.values())) == 6
    for status, number in numbers.items():
        answer = check_certificate(number=number, at=timezone.now())
        assert (answer.status.value, answer.sound) == (status, True)


@pytest.mark.usefixtures("academy")
def test_the_facts_are_the_contracts() -> None:
    response = facts(RequestFactory().get("/demo.json"))

    said = json.loads(response.content)
    assert set(said) == {"certificates", "accounts"}
    assert [account["email"] for account in said["accounts"]] == [someone.email for someone in ACCOUNTS]
    assert {"learner", "ready", "graduate", "newcomer", "mentor", "mentor2", "registrar", "editor", "employer"} == {
        account["email"].removesuffix("@demo.example") for account in said["accounts"]
    }
    assert all(set(account) == {"email", "password", "name", "about"} for account in said["accounts"])


@pytest.mark.usefixtures("academy")
def test_every_account_signs_in_with_the_one_password() -> None:
    request = RequestFactory().post("/accounts/login/")

    for someone in ACCOUNTS:
        found = authenticate(request, email=someone.email, password=DEMO_PASSWORD)
        assert found == User.objects.get(email=someone.email), someone.email
        assert found.emailaddress_set.filter(verified=True, primary=True).count() == 1


@pytest.mark.usefixtures("academy")
def test_the_way_in_is_the_form_that_everybody_uses() -> None:
    client = Client()

    response = client.post("/accounts/login/", {"login": "learner@demo.example", "password": DEMO_PASSWORD})

    assert (response.status_code, response.url) == (302, "/learn/")
    assert client.get("/learn/").status_code == 200


@pytest.mark.usefixtures("academy")
def test_everybody_is_who_the_contract_says() -> None:
    assert person("editor").roles == {Role.EDITOR}
    assert person("registrar").roles == {Role.REGISTRAR}
    assert Mentor.objects.filter(person__email__startswith="mentor", suspended_at=None).count() == 2
    assert not Enrolment.objects.filter(learner=person("newcomer")).exists()
    assert Certificate.objects.get(holder=person("graduate")).status(timezone.now()) is Status.ACTIVE
    assert Shift.objects.waiting().filter(mentorship__mentor__person=person("mentor")).count() >= 1
    assert Watch.objects.get(watcher=person("employer"), ended_at=None).certificate.holder == person("graduate")
    assert on_register(timezone.now()).count() == 5


@pytest.mark.usefixtures("academy")
def test_one_learner_has_met_everything_but_the_registrars_word() -> None:
    request = CertificationRequest.objects.get(answered_at=None)

    assert request.enrolment.learner == person("ready")
    assert verdict_on(request.enrolment).met
    assert not Certificate.objects.filter(holder=person("ready")).exists()


@pytest.mark.usefixtures("academy")
def test_one_learner_is_half_way() -> None:
    learner = person("learner")
    verdict = verdict_on(Enrolment.objects.get(learner=learner))

    attempts = list(Attempt.objects.filter(enrolment__learner=learner).values_list("passed", flat=True))
    states = {shift.state for shift in Shift.objects.filter(learner=learner).select_related("production")}
    assert verdict.met is False
    assert sorted(attempts) == [False, True]
    assert states == set(ShiftState) - {ShiftState.BROKEN}


@pytest.mark.usefixtures("academy")
def test_nothing_in_it_was_made_behind_the_products_back() -> None:
    assert list(history.breaks()) == []
    assert list(faults()) == []


@pytest.mark.usefixtures("academy")
def test_history_holds_no_name_and_no_address() -> None:
    said = json.dumps(list(Entry.objects.values_list("facts", flat=True)), ensure_ascii=False)

    names = set(User.objects.values_list("display_name", flat=True)) | set(User.objects.values_list("email", flat=True))
    assert [name for name in names if name in said] == []


@pytest.mark.usefixtures("academy")
def test_the_former_name_of_the_renamed_holder_is_shown_nowhere() -> None:
    numbers = demo_facts()["certificates"]
    old = Certificate.objects.get(number=numbers["superseded"])
    client = Client()

    assert old.replaced_by.holder == person("renamed")
    for number in (old.number, old.replaced_by.number):
        for accept in ("text/html", "application/json"):
            response = client.get(f"/verify/{number}/", headers={"accept": accept})
            assert response.status_code == 200
            assert old.holder_name not in response.content.decode()


@pytest.mark.usefixtures("academy")
@pytest.mark.parametrize("address", ["/", "/programmes/", "/programmes/intimacy-coordinator/", "/verify/", "/healthz"])
def test_the_public_pages_answer(address: str) -> None:
    assert Client().get(address).status_code == 200


@pytest.mark.usefixtures("academy")
def test_starting_it_again_keeps_what_is_there() -> None:
    before, said = (rows(), demo_facts()), StringIO()

    call_command("demo", "--no-serve", stdout=said)
    call_command("demo", "--no-serve", stdout=said)

    assert (rows(), demo_facts()) == before
    assert "Making" not in said.getvalue()
    assert all(number in said.getvalue() for number in before[1]["certificates"].values())


@pytest.mark.django_db
def test_killed_in_the_middle_it_leaves_nothing() -> None:
    make_root()
    before, told = rows(), []

    def progress(line: str) -> None:
        told.append(line)
        if len(told) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        seed(now=timezone.now(), progress=progress)

    assert Certificate.objects.count() == 0
    assert rows() == before
    assert not is_seeded()
