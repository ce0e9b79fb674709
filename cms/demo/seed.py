"""How is the demo academy built? Through the product's own functions, in the order things would have happened."""

import random
from collections.abc import Callable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django_tasks_db.models import DBTaskResult
from wagtail.models import Page, Site

from assessments.agreements import current_agreement, publish_agreement, sign_agreement
from assessments.answering import return_shift
from assessments.mentors import approve_mentor
from assessments.mentorships import AGREEMENT as MENTORSHIP
from assessments.mentorships import TermsSaid, ask_mentor, end_mentorship, newest_terms, sign_terms
from assessments.models import (
    Competency,
    CoverRule,
    Duty,
    Kind,
    Level,
    Medium,
    Mentorship,
    Pay,
    Phase,
    Production,
    QuizPage,
    Region,
    Scene,
    Shift,
    ShiftRole,
    Union,
)
from assessments.shifts import log_shift, make_production, submit_shift
from assessments.signing import sign_shift
from assessments.sitting import hand_in, save_response, start_attempt
from certificates.deciding import ask_for_certificate, confirm_certification
from certificates.eligibility import publish_requirements
from certificates.issuing import replace_certificate
from certificates.models import Certificate, CertificationRequest, KeyAlgorithm
from certificates.signing import activate_key, stage_key
from cms.accounts.academy import AcademySettings
from cms.accounts.models import User
from cms.accounts.roles import Role, grant_role
from cms.models import HomePage, StandardPage
from courses.enrolling import enrol_free
from courses.models import CompletedBy, CredentialKind, Enrolment, ProgrammeIndexPage, ProgrammePage
from courses.notes import save_note
from courses.progress import complete_unit, units_of

from . import (
    content,
    decisions,
    designs,
    ethics,
    evidence,
    mentoring,
    money,
    people,
    register,
    renewals,
    sessions,
    unsettled,
    words,
)

ZONE = ZoneInfo("Europe/London")
MODULES = ("consent", "human-sexuality", "set-protocol")
DAY = timedelta(days=1)


def is_seeded() -> bool:
    return HomePage.objects.exists()


@transaction.atomic
def seed(*, now: datetime, progress: Callable[[str], None] = lambda line: None) -> None:
    """Build the whole academy, or nothing. `progress` is told what is being made, a line each."""
    chance = random.Random(7)  # noqa: S311 - the same demo every time
    progress("the academy and its pages")
    staff = make_staff(now)
    programme = make_pages()
    make_rules_and_keys(programme, registrar=staff["registrar"], now=now)
    progress("prices, intakes and two orders")
    foundations = ProgrammePage.objects.get(slug=words.FOUNDATIONS["slug"])
    money.make_prices(foundations, registrar=staff["registrar"], now=now)
    money.make_orders(foundations, registrar=staff["registrar"], now=now)
    money.make_places(foundations, employer=staff["employer"], registrar=staff["registrar"], now=now)
    sessions.make_sessions(foundations, registrar=staff["registrar"], now=now)
    progress("six certificate holders, with the evidence each rests on")
    make_holders(programme, staff, now=now, chance=chance)
    progress("learners half-way and ready")
    make_learners(programme, staff, now=now, chance=chance)
    progress("the register, and a watch")
    register.make_register(foundations, employer=staff["employer"], registrar=staff["registrar"], now=now)
    evidence.show_evidence(staff, now=now)
    designs.make_designs(registrar=staff["registrar"], now=now)
    decisions.question(registrar=staff["registrar"], contact=staff["appeals"], now=now)
    renewals.make_renewals(programme, registrar=staff["registrar"], now=now)
    # Mail about things that happened years ago, by the story, is not sent.
    transaction.on_commit(lambda: DBTaskResult.objects.all().delete())


# Staff and pages -------------------------------------------------------------------------------------------


def make_staff(now: datetime) -> dict[str, User]:
    made = {someone.email.split("@")[0]: people.make(someone) for someone in people.ACCOUNTS}
    long_ago = now - 1460 * DAY
    grant_role(person=made["editor"], role=Role.EDITOR, by=None, at=long_ago)
    grant_role(person=made["registrar"], role=Role.REGISTRAR, by=None, at=long_ago)
    grant_role(person=made["registrar2"], role=Role.REGISTRAR, by=None, at=long_ago)
    grant_role(person=made["ombud"], role=Role.OMBUD, by=None, at=long_ago)
    for place, name in enumerate(("mentor", "mentor2"), start=1):
        approve_mentor(
            person=made[name],
            credential_number=f"EX-{2040 + place}",
            credential_expires_on=(now + (560 + 90 * place) * DAY).date(),
            regions=[Region.UK_IRELAND, Region.EUROPE][:place],
            conflicts="" if place == 1 else words.CONFLICT,
            by=made["registrar"],
            at=long_ago,
        )
    academy = AcademySettings.load()
    academy.name = "Closed Set Academy"
    academy.about = words.ABOUT
    academy.registrar_name = "Philippa Grange"
    academy.registrar_email = "registrar@demo.example"
    academy.ombud_name = "Judith Amsel"
    academy.ombud_email = "ombud@demo.example"
    academy.bank_details = words.BANK
    academy.save()
    return made


def make_pages() -> ProgrammePage:
    """Home, standard pages, catalogue, three programmes. Returns the coordinator programme."""
    Site.objects.all().delete()
    Page.objects.filter(depth=2).delete()
    root = Page.objects.get(depth=1)
    home = root.add_child(instance=HomePage(title="Closed Set Academy", slug="home", **words.HOME))
    Site.objects.create(
        hostname="localhost", port=80, root_page=home, is_default_site=True, site_name="Closed Set Academy"
    )
    catalogue = home.add_child(
        instance=ProgrammeIndexPage(title="Programmes", slug="programmes", intro=words.CATALOGUE)
    )
    for page in words.STANDARD_PAGES:
        home.add_child(instance=StandardPage(**page))
    content.make_notes()
    banks = {module: content.make_bank(module) for module in MODULES}

    foundations = catalogue.add_child(instance=ProgrammePage(**words.FOUNDATIONS))
    content.make_module(foundations, "consent", lessons=(1, 3, 4, 6), title="Consent on set")

    coordinator = catalogue.add_child(instance=ProgrammePage(**words.COORDINATOR))
    for module in MODULES:
        made = content.make_module(coordinator, module)
        content.make_quiz(made, banks[module], questions=12)

    producers = catalogue.add_child(instance=ProgrammePage(**words.PRODUCERS))
    made = content.make_module(producers, "set-protocol", lessons=(1, 3, 6, 9), title="Closed-set practice")
    content.make_quiz(made, banks["set-protocol"], questions=8)
    return coordinator


SHADOWING = {
    "roles": {"OBSERVE": {"max": 10}, "ASSIST": {"min": 8}, "LEAD": {"min": 2}},
    "productions": 3,
    "mentors": 2,
}


def make_rules_and_keys(coordinator: ProgrammePage, *, registrar: User, now: datetime) -> None:
    for algorithm in KeyAlgorithm:
        activate_key(key=stage_key(by=None, at=now - 1400 * DAY, algorithm=algorithm), by=None, at=now - 1398 * DAY)
    publish_agreement(slug="ethics-code", title=ethics.TITLE, text=ethics.FIRST, at=now - 1400 * DAY)
    publish_agreement(slug=MENTORSHIP, title=mentoring.TITLE, text=mentoring.TEXT, at=now - 1400 * DAY)
    first, second = now - 1390 * DAY, now - 300 * DAY
    common: list[tuple[str, dict]] = [("modules", {}), ("quizzes", {"mark": 80})]
    publish_requirements(
        programme=coordinator,
        version=f"{first.year}.1",
        requirements=[*common, ("shadow_days", SHADOWING | {"days": 16}), ("agreement", {"slug": "ethics-code"})],
        by=registrar,
        at=first,
    )
    publish_requirements(
        programme=coordinator,
        version=f"{second.year}.1",
        requirements=[*common, ("shadow_days", SHADOWING | {"days": 20}), ("agreement", {"slug": "ethics-code"})],
        by=registrar,
        at=second,
    )
    for programme in ProgrammePage.objects.exclude(pk=coordinator.pk).order_by("path"):
        rules: list[tuple[str, dict]] = [("modules", {})]
        if programme.kind == CredentialKind.ASSESSMENT:
            rules.append(("quizzes", {"mark": 80}))
        publish_requirements(
            programme=programme, version=f"{second.year}.1", requirements=rules, by=registrar, at=second
        )


# Whole careers ---------------------------------------------------------------------------------------------


def make_holders(programme: ProgrammePage, staff: dict[str, User], *, now: datetime, chance: random.Random) -> None:
    """One holder for each status a certificate can have, oldest first, so that each signs what was current then."""
    issued = {  # days before now
        "expired": 3 * 365 + 40,
        "expiring": 3 * 365 - 80,
        "revoked": 520,
        "suspended": 430,
        "superseded": 380,
        "active": 60,
    }
    others = {someone.email: someone for someone in (*people.OTHERS, *people.ACCOUNTS)}
    for status, days in issued.items():
        learner = people.make(others[people.HOLDERS[status]])
        if status == "active":
            publish_agreement(slug="ethics-code", title=ethics.TITLE, text=ethics.SECOND, at=now - 299 * DAY)
        at = now - days * DAY
        name = "Robin Hale" if status == "superseded" else learner.certificate_name
        certificate = certify(programme, learner, staff, at=at, name=name, chance=chance)
        registrar = staff["registrar"]
        if status == "revoked":
            decisions.revoke(certificate, by=registrar, and_by=staff["registrar2"], at=now - 164 * DAY)
        elif status == "superseded":
            replace_certificate(
                certificate=certificate, holder_name=learner.certificate_name, by=registrar, at=now - 70 * DAY
            )


def certify(
    programme: ProgrammePage, learner: User, staff: dict[str, User], *, at: datetime, name: str, chance: random.Random
) -> Certificate:
    """A whole career, ending in a certificate on that day."""
    request = earn(programme, learner, staff, until=at - 4 * DAY, name=name, chance=chance)
    return confirm_certification(request=request, by=staff["registrar"], at=at)


def earn(
    programme: ProgrammePage,
    learner: User,
    staff: dict[str, User],
    *,
    until: datetime,
    name: str,
    chance: random.Random,
) -> CertificationRequest:
    """Everything a learner does from enrolling to asking the registrar, in the 230 days before `until`."""
    begun = until - 230 * DAY
    enrolment = enrol_free(learner=learner, programme=programme, at=begun)
    sign_ethics_code(learner, at=begun + DAY)
    study(enrolment, at=begun + 2 * DAY, chance=chance)
    mentorships = [pair(enrolment, staff[mentor], at=begun + 60 * DAY) for mentor in ("mentor", "mentor2")]
    productions = [make_production(learner=learner, code=code, at=begun + 61 * DAY) for code in codes(chance, 4)]
    roles = [ShiftRole.OBSERVE] * 8 + [ShiftRole.ASSIST] * 9 + [ShiftRole.LEAD] * 5
    for place, role in enumerate(roles):
        worked = begun + (70 + 6 * place) * DAY
        mentorship = mentorships[place % 2]
        shift = record_day(mentorship, productions[place // 6], on=worked, role=role, chance=chance)
        sign(shift, mentorship, at=evening(worked) + 2 * DAY)
    for mentorship in mentorships:
        end_mentorship(mentorship=mentorship, by=learner, at=until - DAY)
    asked = ask_for_certificate(enrolment=enrolment, certificate_name=name, at=until)
    assert isinstance(asked, CertificationRequest)  # noqa: S101 - a certification needs a registrar
    return asked


def sign_ethics_code(learner: User, *, at: datetime) -> None:
    code = current_agreement("ethics-code")
    assert code is not None  # noqa: S101 - published before anybody enrols
    sign_agreement(agreement=code, person=learner, at=at)


def study(
    enrolment: Enrolment, *, at: datetime, chance: random.Random, units: int | None = None, fail: str = ""
) -> None:
    """Read and sit the programme's units in order, two a day; all of them, or the first so many.

    The quiz of the module named `fail` is failed once and then left.
    """
    for place, unit in enumerate(list(units_of(enrolment.programme))[:units]):
        moment = at + place * (DAY / 2)
        if unit.completed_by == CompletedBy.READING:
            complete_unit(enrolment=enrolment, unit=unit, event=CompletedBy.READING, at=moment)
        else:
            quiz = QuizPage.objects.get(pk=unit.pk)
            failing = bool(fail) and f"/{fail}/" in quiz.url_path
            sit(enrolment, quiz, at=moment, chance=chance, wrong=4 if failing else chance.randint(0, 2))


def sit(enrolment: Enrolment, quiz: QuizPage, *, at: datetime, chance: random.Random, wrong: int) -> None:
    """Sit a quiz, with so many answers wrong."""
    attempt = start_attempt(enrolment=enrolment, quiz=quiz, at=at)
    asked = list(attempt.questions.order_by("position"))
    missed = set(chance.sample([question.position for question in asked], wrong))
    for question in asked:
        match question.kind:
            case Kind.TRUE_FALSE:
                answer = question.key["truth"] != (question.position in missed)
            case Kind.NUMERIC:
                answer = "999" if question.position in missed else question.key["number"]
            case _:
                right = question.key["right"]
                others = [place for place in range(len(question.options)) if place not in right]
                answer = others[:1] if question.position in missed else right
        save_response(
            attempt=attempt,
            position=question.position,
            response=answer,
            flagged=False,
            sequence=1,
            at=at + timedelta(minutes=question.position),
        )
    hand_in(attempt=attempt, at=at + timedelta(minutes=len(asked) + 3))


# Days on set -----------------------------------------------------------------------------------------------


def codes(chance: random.Random, count: int) -> list[str]:
    return [f"PRJ-{''.join(chance.sample('23456789ABCDEFGHJKMNPQRSTVWXYZ', 3))}" for _ in range(count)]


def pair(enrolment: Enrolment, person: User, *, at: datetime) -> Mentorship:
    """A mentorship on terms that both have signed."""
    terms = TermsSaid(
        scope=words.SCOPE,
        starts_on=at.date(),
        ends_on=(at + 540 * DAY).date(),
        check_in_days=42,
        pay=Pay.PAID,
        counts=tuple(ShiftRole),
        cover=CoverRule.AGREED,
        notice_days=14,
    )
    mentorship = ask_mentor(mentor=person.mentor, enrolment=enrolment, terms=terms, at=at)
    proposed = newest_terms(mentorship)
    if proposed:
        sign_terms(terms=proposed, by=person, at=at + DAY / 4)
    mentorship.refresh_from_db()
    return mentorship


def evening(moment: datetime) -> datetime:
    return datetime.combine(moment.astimezone(ZONE).date(), time(21), tzinfo=ZONE)


def record_day(
    mentorship: Mentorship,
    production: Production,
    *,
    on: datetime,
    role: ShiftRole,
    chance: random.Random,
    note: str = "",
    hand_over: bool = True,
) -> Shift:
    """A day on set, recorded that evening and, unless it stays a draft, handed to the mentor."""
    day = on.astimezone(ZONE).date()
    call = datetime.combine(day, time(chance.choice((7, 8)), chance.choice((0, 30))), tzinfo=ZONE)
    shift = log_shift(
        learner=mentorship.learner,
        mentorship=mentorship,
        production=production,
        call_at=call,
        wrap_at=call + timedelta(minutes=chance.choice((600, 630, 645, 660))),
        time_zone="Europe/London",
        break_minutes=chance.choice((60, 75)),
        role=role,
        medium=chance.choice((Medium.SERIES, Medium.SERIES, Medium.FEATURE)),
        region=Region.UK_IRELAND,
        union=chance.choice((Union.UNION, Union.UNION, Union.NON_UNION)),
        phases=[Phase.REHEARSAL, Phase.SHOOT] if role != ShiftRole.OBSERVE else [Phase.SHOOT],
        scenes={Scene.KISS: chance.randint(1, 2)}
        | ({Scene.PARTIAL_NUDITY: 1} if chance.random() > 0.5 else {})
        | ({Scene.SIMULATED_SEX: 1} if role == ShiftRole.LEAD else {}),
        duties=[Duty.MONITOR, Duty.REPORT]
        if role == ShiftRole.OBSERVE
        else [Duty.CHECK_INS, Duty.RIDERS, Duty.GARMENTS, Duty.BRIEFING, Duty.REPORT],
        competencies=["SAG-1"] if role == ShiftRole.OBSERVE else ["SAG-1", "SAG-4", "SKSIC6"],
        learning_note=note,
        at=evening(on),
    )
    return submit_shift(shift=shift, at=evening(on) + timedelta(minutes=5)) if hand_over else shift


LEVELS = {ShiftRole.OBSERVE: Level.OBSERVED, ShiftRole.ASSIST: Level.ASSISTED, ShiftRole.LEAD: Level.LED}


def sign(shift: Shift, mentorship: Mentorship, *, at: datetime) -> Shift:
    return sign_shift(
        shift=shift,
        mentor=mentorship.mentor,
        rubric=dict.fromkeys(Competency, LEVELS[ShiftRole(shift.role)]),
        authentication="demo",
        at=at,
    )


# Learners --------------------------------------------------------------------------------------------------


def make_learners(programme: ProgrammePage, staff: dict[str, User], *, now: datetime, chance: random.Random) -> None:
    earn(programme, staff["ready"], staff, until=now - 2 * DAY, name=staff["ready"].certificate_name, chance=chance)
    make_half_way(programme, staff, now=now, chance=chance)


def make_half_way(programme: ProgrammePage, staff: dict[str, User], *, now: datetime, chance: random.Random) -> None:
    """Wren: two modules and a half read, one quiz passed and one failed, shifts in every state."""
    wren = staff["learner"]
    enrolment = enrol_free(learner=wren, programme=programme, at=now - 120 * DAY)
    sign_ethics_code(wren, at=now - 119 * DAY)
    units = list(units_of(programme))
    quizzes = [place for place, unit in enumerate(units) if unit.completed_by == CompletedBy.QUIZ]
    study(enrolment, at=now - 118 * DAY, chance=chance, units=quizzes[1] + 1, fail="human-sexuality")
    for place, unit in enumerate(units[quizzes[1] + 1 : quizzes[1] + 5]):
        complete_unit(enrolment=enrolment, unit=unit, event=CompletedBy.READING, at=now - (14 - place) * DAY)
    save_note(enrolment=enrolment, unit=units[quizzes[1] + 5], text=words.NOTE, seen=None, at=now - DAY)
    first, second = (pair(enrolment, staff[name], at=now - 70 * DAY) for name in ("mentor", "mentor2"))
    productions = [
        make_production(learner=wren, code=code, at=now - 69 * DAY) for code in ("PRJ-K4D", "PRJ-7Q2", "PRJ-M9X")
    ]
    days = [ShiftRole.OBSERVE] * 6 + [ShiftRole.ASSIST] * 4 + [ShiftRole.LEAD]
    for place, role in enumerate(days):
        worked = now - (60 - 4 * place) * DAY
        mentorship = first if place % 3 else second
        shift = record_day(mentorship, productions[place // 4], on=worked, role=role, chance=chance)
        sign(shift, mentorship, at=evening(worked) + DAY)
    production = productions[2]
    asked = record_day(second, production, on=now - 12 * DAY, role=ShiftRole.ASSIST, chance=chance)
    return_shift(shift=asked, mentor=staff["mentor2"].mentor, question=words.QUESTION, at=now - 11 * DAY)
    for days_ago, note in ((6, words.LEARNING), (5, ""), (3, "")):
        record_day(first, production, on=now - days_ago * DAY, role=ShiftRole.ASSIST, chance=chance, note=note)
    record_day(first, production, on=now - 2 * DAY, role=ShiftRole.LEAD, chance=chance, hand_over=False)
    unsettled.unsettle(
        {
            name: record_day(second, production, on=now - days_ago * DAY, role=ShiftRole.ASSIST, chance=chance)
            for days_ago, name in ((18, "disputed"), (17, "declined"), (16, "void"), (15, "amended"), (10, "proposed"))
        },
        now=now,
    )
