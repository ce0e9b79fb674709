"""Is a requirement waived by somebody else, for a reason that can be read, and does the basis say so?"""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from certificates.allowing import CannotAllow, waive_requirement, withdraw_allowance
from certificates.checking import is_sound
from certificates.deciding import confirm_certification
from certificates.eligibility import set_for, verdict_on
from certificates.issuing import NotEligible, issue_certificate
from certificates.models import Allowance, AllowanceKind, Certificate, RulesMove
from certificates.requirements import State
from cms.accounts import history
from cms.accounts.models import Entry
from tests.factories.certificates import make_ready, make_request, make_rules, make_signing_key
from tests.factories.courses import make_programme
from tests.factories.people import NOON, make_person, make_registrar

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
REASON = "No production in the region this year."
RULES = [("modules", {}), ("shadow_days", {"days": 3})]


def make_missing(**made):
    """Everything but the days on set."""
    return make_ready(requirements=RULES, **made)


def the_days(enrolment):
    return set_for(enrolment).requirements.get(kind="shadow_days")


def waive(enrolment, **changes) -> Allowance:
    values = {"requirement": the_days(enrolment), "reason": REASON, "by": make_registrar(), "at": NOON} | changes
    return waive_requirement(enrolment=enrolment, **values)


def issue(enrolment) -> Certificate:
    make_signing_key()
    return issue_certificate(enrolment=enrolment, holder_name="Ana Núñez", confirmed_by=make_registrar(), at=NOON + DAY)


def test_what_is_waived_is_not_missing_and_says_so() -> None:
    enrolment = make_missing()
    assert not verdict_on(enrolment).met

    waive(enrolment)

    found = verdict_on(enrolment)
    assert found.met
    assert [(finding.state, finding.sentence) for finding in found.findings] == [
        (State.MET, "Met: 1 unit."),
        (State.WAIVED, "Waived by the registrar on 23 November 2026: No production in the region this year."),
    ]


def test_the_certificate_says_what_was_waived_and_not_by_whom() -> None:
    enrolment = make_missing()
    registrar = make_registrar("Philippa Grange")
    waive(enrolment, by=registrar)

    certificate = Certificate.objects.get(pk=issue(enrolment).pk)

    assert certificate.basis == [
        {"requirement": "Study", "summary": "1 module, 1 unit, 10 hours"},
        {
            "requirement": "Shadow days",
            "summary": "Waived on 23 November 2026: No production in the region this year",
            "state": "waived",
        },
    ]
    assert is_sound(certificate)
    assert "Philippa" not in certificate.credential
    assert "On set" not in str(certificate.facts)


def test_evidence_comes_before_a_waiver() -> None:
    enrolment = make_ready(requirements=RULES)
    waive(enrolment, requirement=set_for(enrolment).requirements.get(kind="modules"))

    assert verdict_on(enrolment).findings[0].state is State.MET


def test_only_the_one_learner_is_let_off() -> None:
    enrolment = make_missing()
    waive(enrolment)

    other = make_missing(programme=enrolment.programme)

    assert verdict_on(other).findings[1].state is State.NOT_YET


def test_history_says_who_and_when_and_no_word_of_why(mailoutbox, django_capture_on_commit_callbacks) -> None:
    enrolment, registrar = make_missing(), make_registrar()
    with django_capture_on_commit_callbacks(execute=True):
        allowance = waive(enrolment, by=registrar)

    assert waive(enrolment, by=make_registrar(), at=NOON + DAY) == allowance
    [entry] = history.entries_about(allowance)
    assert (entry.verb, entry.actor, entry.at) == ("allowance.made", registrar, NOON)
    assert REASON not in str(entry.facts)
    [mail] = mailoutbox
    assert (mail.to, mail.subject) == ([enrolment.learner.email], "Something on your page has changed")
    assert REASON not in mail.body


@pytest.mark.parametrize(
    ("refused", "why"),
    [
        (lambda enrolment: waive(enrolment, by=enrolment.learner), "Nobody waives anything for themselves"),
        (lambda enrolment: waive(enrolment, reason="  "), "Write the reason"),
        (lambda enrolment: waive(enrolment, reason="x" * 121), "longer than 120"),
        (lambda enrolment: waive(enrolment, reason="\u202egone"), "."),
        (
            lambda enrolment: waive(enrolment, requirement=make_rules(make_programme()).requirements.get()),
            "not one of the rules",
        ),
        (lambda enrolment: (waive(enrolment), waive(enrolment, reason="Another.")), "counts already"),
        (lambda enrolment: (waive(enrolment), issue(enrolment), waive(enrolment, reason="B.")), "counts already"),
        (
            lambda enrolment: (
                waive(enrolment),
                issue(enrolment),
                waive(enrolment, requirement=set_for(enrolment).requirements.get(kind="modules")),
            ),
            "A certificate is issued",
        ),
    ],
    ids=["own", "no reason", "too long", "unsafe", "other rules", "other reason", "again", "issued"],
)
def test_what_cannot_be_waived_is_refused_with_a_sentence(refused, why: str) -> None:
    with pytest.raises(CannotAllow, match=why):
        refused(make_missing())


def test_who_has_left_is_let_off_nothing() -> None:
    enrolment = make_missing()
    enrolment.withdrawn_at = NOON
    enrolment.save()

    with pytest.raises(CannotAllow, match="left the programme"):
        waive(enrolment)


def test_a_waiver_is_withdrawn_before_a_certificate_is_issued() -> None:
    make_signing_key()
    request = make_request(requirements=RULES[:1])
    enrolment = make_missing()
    allowance, registrar = waive(enrolment), make_registrar()

    withdraw_allowance(allowance=allowance, by=registrar, at=NOON + DAY)
    again = withdraw_allowance(allowance=allowance, by=make_registrar(), at=NOON + 2 * DAY)

    assert (again.withdrawn_at, again.withdrawn_by) == (NOON + DAY, registrar)
    assert not verdict_on(enrolment).met
    with pytest.raises(NotEligible):
        issue(enrolment)
    assert confirm_certification(request=request, by=registrar, at=NOON + DAY)
    assert list(Entry.objects.filter(verb__startswith="allowance").values_list("verb", flat=True)) == [
        "allowance.made",
        "allowance.withdrawn",
    ]
    assert waive(enrolment, at=NOON + 3 * DAY) != allowance


def test_what_a_certificate_rests_on_is_not_withdrawn_nor_ones_own() -> None:
    enrolment = make_missing()
    allowance = waive(enrolment)

    with pytest.raises(CannotAllow, match="about yourself"):
        withdraw_allowance(allowance=allowance, by=enrolment.learner, at=NOON)
    issue(enrolment)
    with pytest.raises(CannotAllow, match="A certificate is issued"):
        withdraw_allowance(allowance=allowance, by=make_registrar(), at=NOON + DAY)


@pytest.mark.parametrize("allowances", [0, 2])
def test_a_verdict_costs_the_same_with_waivers(django_assert_num_queries, allowances: int) -> None:
    enrolment = make_missing()
    for row in list(set_for(enrolment).requirements.all())[:allowances]:
        waive(enrolment, requirement=row)
    verdict_on(enrolment)  # the address of the site is read once

    with django_assert_num_queries(8):
        verdict_on(enrolment)


def make_move(enrolment) -> RulesMove:
    newer = make_rules(enrolment.programme, version="2", at=NOON)
    return RulesMove.objects.create(
        enrolment=enrolment, from_set=set_for(enrolment), to_set=newer, moved_at=NOON, moved_by=make_registrar(),
        reason="Because.",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"reason": ""}, "allowance_waived_with_a_reason"),
        ({"kind": AllowanceKind.KEPT}, "allowance_kept_by_a_move"),
        ({"was": True}, "allowance_move_and_what_it_was_together"),
        ({"move": True}, "allowance_move_and_what_it_was_together"),
        ({"withdrawn_at": NOON}, "allowance_withdrawn_at_and_by_together"),
        ({"withdrawn_by": True}, "allowance_withdrawn_at_and_by_together"),
        ({"withdrawn_at": NOON - DAY, "withdrawn_by": True}, "allowance_withdrawn_at_and_by_together"),
    ],
)
def test_an_allowance_that_cannot_be_is_refused(fields: dict, constraint: str) -> None:
    enrolment, person = make_missing(), make_person()
    requirement = the_days(enrolment)
    stand_in = {"was": requirement, "withdrawn_by": person}
    if "move" in fields:
        stand_in["move"] = make_move(enrolment)
    values = {
        "enrolment": enrolment, "requirement": requirement, "kind": AllowanceKind.WAIVED, "reason": REASON,
        "allowed_at": NOON, "allowed_by": person,
    } | {name: stand_in.get(name, value) for name, value in fields.items()}  # fmt: skip

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Allowance.objects.create(**values)


def test_one_allowance_stands_for_a_requirement() -> None:
    enrolment = make_missing()
    first = waive(enrolment)

    with pytest.raises(IntegrityError), transaction.atomic():
        Allowance.objects.create(
            enrolment=enrolment, requirement=first.requirement, kind=AllowanceKind.WAIVED, reason="B",
            allowed_at=NOON, allowed_by=first.allowed_by,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [({"reason": ""}, "rulesmove_with_a_reason"), ({"same": True}, "rulesmove_to_another_version")],
)
def test_a_move_that_cannot_be_is_refused(fields: dict, constraint: str) -> None:
    enrolment = make_missing()
    held, newer = set_for(enrolment), make_rules(enrolment.programme, version="2", at=NOON)
    to = held if fields.pop("same", False) else newer
    values = {"enrolment": enrolment, "from_set": held, "to_set": to, "moved_at": NOON, "reason": "So."} | fields

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        RulesMove.objects.create(moved_by=make_registrar(), **values)


def test_nobody_is_moved_twice_in_one_moment() -> None:
    move = make_move(make_missing())

    with pytest.raises(IntegrityError), transaction.atomic():
        RulesMove.objects.create(
            enrolment=move.enrolment, from_set=move.to_set, to_set=move.from_set, moved_at=NOON, reason="Back.",
            moved_by=move.moved_by,
        )  # fmt: skip


def test_rows_say_what_they_are() -> None:
    enrolment = make_missing()
    allowance, move = waive(enrolment), make_move(enrolment)

    assert (
        str(allowance) == f"Allowance {allowance.pk}: enrolment {enrolment.pk}, requirement {allowance.requirement_id}"
    )
    assert str(move) == (f"RulesMove {move.pk}: enrolment {enrolment.pk}, set {move.from_set_id} to {move.to_set_id}")
