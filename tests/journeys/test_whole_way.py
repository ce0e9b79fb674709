"""From a stranger to a certificate that an employer checks, with real clicks and no back door."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import expect

from .academy import PASSWORD, build_academy, right_answers
from .conftest import Watched

pytestmark = pytest.mark.django_db(transaction=True)


def link_in_mail(to: str, containing: str) -> str:
    """What a person finds in their mail: the link with those words in it, without its host."""
    for message in reversed(mail.outbox):
        if to in message.to:
            for address in re.findall(r"https?://[^/\s]+(/\S*)", message.body):
                if containing in address:
                    return address
    raise AssertionError(f"No mail to {to} has a link with {containing}: {[m.subject for m in mail.outbox]}")


def sign_up(learner: Watched, *, name: str, email: str) -> None:
    learner.goto("/")
    learner.follow("Programmes")
    learner.follow("Intimacy coordinator")
    learner.follow("Sign up to enrol")
    learner.page.get_by_label("What should we call you?").fill(name)
    learner.page.get_by_label("E-mail address").fill(email)
    learner.page.get_by_label("Password", exact=True).fill(PASSWORD)
    learner.click("Create the account")
    learner.goto(link_in_mail(email, "confirm-email"))
    learner.click("Yes, it is mine")
    sign_in(learner, email, already_there=True)


def sign_in(person: Watched, email: str, *, already_there: bool = False) -> None:
    if not already_there:
        person.goto("/accounts/login/")
    person.page.get_by_label("E-mail address").fill(email)
    person.page.get_by_label("Password", exact=True).fill(PASSWORD)
    person.click("Sign in", exact=True)


def enrol(learner: Watched) -> None:
    learner.goto("/programmes/")
    learner.follow("Intimacy coordinator")
    learner.click("Enrol now")


def read_until_quiz(learner: Watched) -> int:
    """Read from here, marking each unit done, until the quiz of the module comes. Returns how many were read."""
    read = 0
    while learner.page.get_by_role("button", name=re.compile("^Done")).count():
        learner.click(re.compile("^Done"))
        read += 1
    return read


def sit(learner: Watched, *, well: bool) -> None:
    """Begin the quiz on this screen, answer every question (rightly or not) and hand in."""
    known = right_answers()
    learner.click(re.compile("^(Begin|Try again|Start)"))
    for _question in range(4):
        stem = learner.page.get_by_role("heading", level=1).inner_text().strip()
        answers = known[stem]
        number = learner.page.locator("main input[type=text], main input[inputmode=decimal]")
        if number.count():
            number.first.fill(answers[0] if well else "7777")
        else:
            options = learner.page.locator("main .choice")
            for place in range(options.count()):
                text = options.nth(place).inner_text().strip()
                if (text in answers) == well:
                    options.nth(place).click()
                    if not well:
                        break
        learner.click("Save and go on")
    if not re.search(r"/review/", learner.page.url):
        learner.follow("Look over and hand in")
    learner.click("Hand in")


def record_shift(learner: Watched, *, days_ago: int, role: str) -> None:
    learner.goto("/shifts/")
    learner.follow("Record a shift")
    page = learner.page
    page.get_by_label("Date", exact=True).fill((timezone.now() - timedelta(days=days_ago)).date().isoformat())
    page.get_by_label("Call", exact=True).fill("07:30")
    page.get_by_label("Wrap", exact=True).fill("18:15")
    page.get_by_label(re.compile("[Bb]reak")).first.fill("75")
    page.get_by_label("What was made").select_option(label="Series")
    page.get_by_label(re.compile(f"^{role}")).check()
    page.get_by_label("Shoot", exact=True).check()
    page.get_by_label("Kiss").fill("2")
    page.get_by_label("Rider check").check()
    learner.click(re.compile("^Hand to"))
    learner.sees("With your mentor")


def study_everything(learner: Watched) -> None:
    """Every unit of both modules; the first quiz is failed once."""
    assert read_until_quiz(learner) == 2
    sit(learner, well=False)
    learner.sees("Not yet")
    learner.goto("/learn/")
    learner.sees("Try again")
    learner.follow("Try again")
    sit(learner, well=True)
    learner.sees("Passed")
    learner.follow(re.compile("^Go on"))
    assert read_until_quiz(learner) == 2
    sit(learner, well=True)
    learner.sees("Passed")


def work_with_mentor(learner: Watched, mentor: Watched) -> None:
    learner.goto("/shifts/mentors/")
    learner.follow(re.compile("^Ask"))
    page = learner.page
    page.get_by_label("What you will work on").fill("Closed sets, from preparation to stepping out.")
    page.get_by_label("From", exact=True).fill((timezone.now() - timedelta(days=30)).date().isoformat())
    page.get_by_label("Paid by the production").check()
    page.get_by_label("Only when both have agreed to it before the day").check()
    page.get_by_label("I have read the agreement").check()
    learner.click("Sign and ask")
    mentor.goto("/mentoring/")
    mentor.sees("Wren Adeyemi")
    mentor.follow(re.compile("^Read the terms"))
    mentor.page.get_by_label("I have read the agreement").check()
    mentor.click("Sign", exact=True)
    mentor.sees("You work together now")
    record_shift(learner, days_ago=3, role="Observe")
    record_shift(learner, days_ago=2, role="Assist")
    mentor.goto("/mentoring/")
    mentor.heading("2 to sign")
    mentor.page.get_by_label("Observed").first.check()
    mentor.click("Sign", exact=True)
    mentor.sees("Signed and sealed")
    mentor.click("Sign", exact=True)
    mentor.sees("Signed and sealed")


def sign_agreement(learner: Watched) -> None:
    learner.goto("/certificates/")
    learner.follow("Read and sign")
    learner.page.get_by_role("checkbox").check()
    learner.click("Sign")


def ask_for_certificate(learner: Watched, name: str) -> None:
    learner.goto("/certificates/")
    learner.sees("Everything is met")
    learner.page.get_by_label("Name on the certificate").fill(name)
    learner.click("Ask for confirmation")
    learner.sees("With the registrar")


def confirm(registrar: Watched) -> None:
    registrar.goto("/admin/desk/requests/")
    registrar.follow("Wren Adeyemi")
    registrar.sees("Ana Núñez Adeyemi")
    registrar.sees("2 of 2")
    registrar.follow("Confirm …")
    registrar.click("Confirm and issue the certificate")
    registrar.sees("is issued to Ana Núñez Adeyemi")


def propose_to_revoke(registrar: Watched, number: str) -> None:
    registrar.goto("/admin/desk/certificates/")
    registrar.follow(number)
    registrar.follow("Propose to revoke …")
    registrar.page.get_by_label("Evidence withdrawn").check()
    registrar.page.get_by_label("Your reasons").fill("The mentor withdrew both signatures.")
    registrar.click(re.compile("^Go on"))
    registrar.click(re.compile("^Propose it"))
    registrar.sees("Another registrar confirms it")


def confirm_revocation(second: Watched, number: str) -> None:
    second.goto("/admin/desk/revocations/")
    second.follow(number)
    second.sees("The mentor withdrew both signatures.")
    second.follow("Confirm …")
    second.click(re.compile("^Revoke for good"))
    second.sees("Revoked. The verification page")


def check(employer: Watched, number: str, answer: str) -> None:
    employer.goto("/")
    employer.page.get_by_label("Certificate number").fill(number.lower().replace("-", " "))
    employer.click("Check it")
    employer.heading(answer)


def test_a_newcomer_becomes_a_coordinator_whom_an_employer_checks(people):
    build_academy()
    learner, mentor = people(), people(width=360, dark=True)
    registrar, employer = people(), people(width=320)
    sign_up(learner, name="Wren Adeyemi", email="wren@example.org")
    enrol(learner)
    study_everything(learner)
    sign_in(mentor, "mentor@example.org")
    work_with_mentor(learner, mentor)
    sign_agreement(learner)
    ask_for_certificate(learner, "Ana Núñez Adeyemi")

    sign_in(registrar, "registrar@example.org")
    confirm(registrar)

    learner.goto("/certificates/")
    number = learner.page.locator(".cert-no").first.inner_text().strip()
    assert link_in_mail("wren@example.org", f"/verify/{number}/")
    learner.follow("See it")
    learner.sees("Ana Núñez Adeyemi")
    pdf = learner.page.get_by_role("link", name="Open the PDF").get_attribute("href")
    answer = learner.context.request.get(f"{learner.base}{pdf}")
    assert answer.ok
    assert answer.body().startswith(b"%PDF-1.7")
    check(employer, number, "Yes, it is active")
    employer.sees("Ana Núñez Adeyemi")
    employer.sees("2 signed days, 1 mentor, 1 production")

    propose_to_revoke(registrar, number)
    check(employer, number, "Yes, it is active")
    second = people()
    sign_in(second, "registrar2@example.org")
    confirm_revocation(second, number)

    check(employer, number, "No, it was revoked")
    employer.sees("Evidence withdrawn")


def test_the_learners_part_works_with_javascript_off(people):
    build_academy()
    learner, mentor = people(scripts=False), people(scripts=False)
    sign_up(learner, name="Wren Adeyemi", email="wren@example.org")
    enrol(learner)
    learner.page.get_by_label("Your notes").fill("Ask for the number.")
    learner.page.get_by_role("button", name="Save", exact=True).click()
    expect(learner.page.get_by_label("Your notes")).to_have_value("Ask for the number.")
    study_everything(learner)
    sign_in(mentor, "mentor@example.org")
    work_with_mentor(learner, mentor)
    sign_agreement(learner)
    ask_for_certificate(learner, "Wren Adeyemi")
