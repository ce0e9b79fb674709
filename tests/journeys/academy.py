"""A small academy for journeys: real lessons and questions, few of them, and rules that a test can meet in a minute."""

from datetime import date, timedelta

from django.utils import timezone

from assessments.agreements import publish_agreement
from assessments.mentors import approve_mentor
from assessments.mentorships import AGREEMENT
from certificates.eligibility import publish_requirements
from certificates.signing import activate_key, stage_key
from cms.accounts.academy import AcademySettings
from cms.accounts.models import User
from cms.accounts.roles import Role, grant_role
from cms.demo import content, ethics, mentoring, words
from courses.models import ProgrammePage
from tests.factories.courses import make_site
from tests.factories.people import make_person, restore_staff_rights

PASSWORD = "a quiet corner of the set"


def build_academy() -> ProgrammePage:
    """One programme: two modules of two lessons and a quiz, two shadow days, an agreement. A mentor and two registrars exist."""
    now = timezone.now()
    academy = AcademySettings.load()
    academy.name, academy.registrar_name = "Closed Set Academy", "Philippa Grange"
    academy.registrar_email = "registrar@example.org"
    academy.save()
    catalogue = make_site()
    restore_staff_rights()
    content.make_notes()
    programme = catalogue.add_child(instance=ProgrammePage(**words.COORDINATOR))
    for module in ("consent", "set-protocol"):
        bank = content.make_bank(module)
        made = content.make_module(programme, module, lessons=(1, 3))
        content.make_quiz(made, bank, questions=4)
    activate_key(key=stage_key(by=None, at=now), by=None, at=now)
    publish_agreement(slug="ethics-code", title=ethics.TITLE, text=ethics.SECOND, at=now)
    publish_agreement(slug=AGREEMENT, title=mentoring.TITLE, text=mentoring.TEXT, at=now)
    publish_requirements(
        programme=programme,
        version="2026.1",
        requirements=[
            ("modules", {}),
            ("quizzes", {"mark": 80}),
            ("shadow_days", {"days": 2, "roles": {"ASSIST": {"min": 1}}, "mentors": 1}),
            ("agreement", {"slug": "ethics-code"}),
        ],
        by=None,
        at=now - timedelta(minutes=1),
    )
    registrar = make_staff("Philippa Grange", "registrar@example.org", Role.REGISTRAR)
    make_staff("Bram Aldous", "registrar2@example.org", Role.REGISTRAR)
    approve_mentor(
        person=make_staff("Tomasz Lindqvist", "mentor@example.org"),
        credential_number="EX-2041",
        credential_expires_on=date.today() + timedelta(days=400),  # noqa: DTZ011
        by=registrar,
        at=now,
    )
    return programme


def make_staff(name: str, email: str, role: Role | None = None) -> User:
    person = make_person(name, email=email, password=PASSWORD)
    if role:
        grant_role(person=person, role=role, by=None, at=timezone.now())
    return person


def right_answers() -> dict[str, list[str]]:
    """What somebody who has read the lessons answers to each question: its right words."""
    known = {}
    for module in content.FOLDER.iterdir():
        for asked in content.read(module / "questions.toml")["questions"]:
            match asked["kind"]:
                case "truefalse":
                    known[asked["stem"]] = ["True" if asked["answer"] else "False"]
                case "numeric":
                    known[asked["stem"]] = [str(asked["answer"])]
                case _:
                    known[asked["stem"]] = [choice["text"] for choice in asked["choices"] if choice["right"]]
    return known
