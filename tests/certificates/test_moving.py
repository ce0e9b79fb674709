"""Is nobody moved but on purpose, is it seen before, and does what counted before count as a registrar said?"""

from datetime import timedelta
from functools import partial

import pytest

from assessments.counting_rules import rules_of
from certificates import moving
from certificates.allowing import waive_requirement
from certificates.checking import is_sound
from certificates.eligibility import set_for, verdict_on
from certificates.foreseeing import foresee_move, foresee_rules, learners_of
from certificates.issuing import issue_certificate
from certificates.models import Allowance, AllowanceKind, Certificate, RequirementSet, RulesMove
from certificates.moving import CannotMove, Keeping, move_learner, move_learners
from certificates.requirements import State
from certificates.snapshots import still_met
from cms.accounts import history
from cms.accounts.models import Entry
from courses.models import CompletedBy
from courses.progress import complete_unit
from tests.courses.races import meet_in, side_by_side, take_locks_away
from tests.factories.certificates import make_certificate, make_ready, make_request, make_rules, make_signing_key
from tests.factories.courses import lessons_of, make_enrolment, make_module, make_programme
from tests.factories.people import NOON, make_registrar
from tests.factories.shifts import make_mentorship, make_signed_shift

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
OLD = [("modules", {}), ("shadow_days", {"days": 1})]
NEW = [("modules", {}), ("shadow_days", {"days": 20})]


def make_shadowed(**made):
    """Held to the old rules, and has met all of them."""
    enrolment = make_ready(requirements=OLD, **made)
    mentorship = make_mentorship(enrolment=enrolment, at=NOON - 15 * DAY)
    make_signed_shift(mentorship)
    return enrolment


def make_newer(enrolment, requirements=NEW, *, at=NOON - DAY) -> RequirementSet:
    return make_rules(enrolment.programme, requirements=requirements, version="2027.1", at=at)


def row(rules: RequirementSet, kind: str) -> int:
    return rules.requirements.get(kind=kind).pk


def the_days(away: RequirementSet, to: RequirementSet) -> dict[int, int]:
    return {row(away, "shadow_days"): row(to, "shadow_days")}


def move(enrolment, to, **changes) -> RulesMove | None:
    values = {
        "away": set_for(enrolment),
        "keeping": Keeping(),
        "reason": "The old rules end.",
        "by": make_registrar(),
        "at": NOON,
    } | changes
    return move_learner(enrolment=enrolment, to=to, **values)


def with_pins(*enrolments):
    found = {each.pk: each for each in learners_of(enrolments[0].programme)}
    return [found[each.pk] for each in enrolments]


def test_whoever_is_moved_is_held_to_the_new_rules_everywhere() -> None:
    enrolment = make_shadowed()
    stays = make_enrolment(programme=enrolment.programme, at=NOON - 20 * DAY)
    old, new = set_for(enrolment), make_newer(enrolment)

    made = move(enrolment, new)

    assert (made.from_set, made.to_set) == (old, new)
    assert set_for(enrolment) == new
    assert set_for(stays) == old
    assert (set_for(enrolment).moved_at, set_for(enrolment).moved_because) == (NOON, "The old rules end.")
    assert set_for(stays).moved_at is None
    assert {pk: rules.days for pk, rules in rules_of([enrolment, stays]).items()} == {enrolment.pk: 20, stays.pk: 1}
    assert [finding.sentence for finding in verdict_on(enrolment).missing] == ["1 of 20 days."]
    assert move(enrolment, new) is None
    back = move(enrolment, old, away=new, at=NOON + DAY)
    assert back is not None
    assert set_for(enrolment) == old


def test_what_was_met_before_counts_where_a_registrar_says_so() -> None:
    enrolment = make_shadowed()
    old, new = set_for(enrolment), make_newer(enrolment)
    registrar = make_registrar()

    move(enrolment, new, keeping=Keeping(met=the_days(old, new)), by=registrar)

    verdict = verdict_on(enrolment)
    assert verdict.met
    assert (verdict.findings[1].state, verdict.findings[1].sentence) == (
        State.KEPT,
        "Met under rule set 2026.1, and kept by the registrar on 23 November 2026.",
    )
    [kept] = enrolment.allowances.all()
    assert (kept.kind, kept.was.requirement_set, kept.allowed_by) == (AllowanceKind.KEPT, old, registrar)
    make_signing_key()
    certificate = issue_certificate(
        enrolment=enrolment, holder_name="Ana Núñez", confirmed_by=make_registrar(), at=NOON + DAY
    )
    certificate = Certificate.objects.get(pk=certificate.pk)
    assert certificate.basis[1]["summary"] == "Met under rule set 2026.1; kept on 23 November 2026"
    assert is_sound(certificate)
    assert still_met(certificate)


def test_what_was_not_met_before_is_never_kept() -> None:
    enrolment = make_ready(requirements=OLD)  # no day on set
    old, new = set_for(enrolment), make_newer(enrolment)

    move(enrolment, new, keeping=Keeping(met=the_days(old, new)))

    assert not verdict_on(enrolment).met
    assert Allowance.objects.count() == 0


@pytest.mark.parametrize("kept", [True, False])
def test_a_waiver_survives_only_where_a_registrar_says_so(kept: bool) -> None:
    enrolment = make_ready(requirements=OLD)
    old, new = set_for(enrolment), make_newer(enrolment)
    waived = waive_requirement(
        enrolment=enrolment, requirement=old.requirements.get(kind="shadow_days"), reason="No set near.",
        by=make_registrar(), at=NOON - DAY,
    )  # fmt: skip

    move(enrolment, new, keeping=Keeping(waived=the_days(old, new) if kept else {}))

    waived.refresh_from_db()
    assert waived.withdrawn_at == NOON
    assert verdict_on(enrolment).met is kept
    assert [(each.kind, each.reason, each.was_id) for each in enrolment.allowances.filter(withdrawn_at=None)] == (
        [(AllowanceKind.WAIVED, "No set near.", waived.requirement_id)] if kept else []
    )
    move(enrolment, old, away=new, at=NOON + DAY)
    assert not verdict_on(enrolment).met  # an old waiver does not come back by itself


def test_evidence_met_anew_comes_before_what_was_kept() -> None:
    enrolment = make_shadowed()
    old, new = set_for(enrolment), make_newer(enrolment, OLD)

    move(enrolment, new, keeping=Keeping(met=the_days(old, new)))

    assert [finding.state for finding in verdict_on(enrolment).findings] == [State.MET, State.MET]


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: (make_shadowed(), {"reason": " "}), "Write the reason"),
        (lambda: (make_request(requirements=OLD[:1], at=NOON - DAY).enrolment, {}), "Answer that first"),
        (lambda: ((one := make_shadowed()), {"by": one.learner}), "Nobody moves themselves"),
        (lambda: (make_shadowed(), {"to": make_rules(make_programme(), at=NOON - DAY)}), "another programme"),
        (lambda: ((one := make_shadowed()), {"to": make_newer(one, at=NOON + DAY)}), "do not hold yet"),
        (lambda: (make_shadowed(), {"keeping": Keeping(met={1_000_000: 2})}), "does not belong"),
        (lambda: ((one := make_shadowed()), {"away": make_newer(one, at=NOON - 2 * DAY)}), "moved meanwhile"),
    ],
    ids=["no reason", "waits", "own", "elsewhere", "to come", "strangers", "meanwhile"],
)
def test_who_cannot_be_moved_is_refused_with_a_sentence(make, why: str) -> None:
    enrolment, changes = make()
    to = changes.pop("to", None) or make_rules(enrolment.programme, requirements=NEW, version="3", at=NOON - DAY)
    held = set_for(enrolment)

    with pytest.raises(CannotMove, match=why):
        move(enrolment, to, **changes)

    assert set_for(enrolment) == held
    assert RulesMove.objects.count() == 0


def test_several_are_moved_and_one_refusal_keeps_nobody_back(mailoutbox, django_capture_on_commit_callbacks) -> None:
    one = make_shadowed()
    other, left = make_shadowed(programme=one.programme), make_shadowed(programme=one.programme)
    left.withdrawn_at = NOON
    left.save()
    new, old = make_newer(one), set_for(one)

    with django_capture_on_commit_callbacks(execute=True):
        done = move_learners(
            enrolments=[one, left, other],
            away=old,
            to=new,
            keeping=Keeping(),
            reason="So.",
            by=make_registrar(),
            at=NOON,
        )

    assert [each.enrolment for each in done.moved] == [one, other]
    assert done.refused == [(left, "They have left the programme.")]
    assert sorted(mail.to[0] for mail in mailoutbox) == sorted([one.learner.email, other.learner.email])
    assert {mail.subject for mail in mailoutbox} == {"Something on your page has changed"}
    [entry] = history.entries_about(done.moved[0])
    assert {key: entry.facts[key] for key in ("from", "to")} == {"from": "2026.1", "to": "2027.1"}
    assert "So." not in str(entry.facts)


def test_a_certificate_stays_under_the_rules_it_was_issued_under() -> None:
    certificate = make_certificate(at=NOON - DAY)
    enrolment = certificate.enrolment
    before = certificate.requirement_set

    move(enrolment, make_newer(enrolment))

    certificate.refresh_from_db()
    assert certificate.requirement_set == before
    assert is_sound(certificate)


# Foreseen ---------------------------------------------------------------------------------------------------


def test_rules_are_foreseen_for_everybody_and_change_nothing() -> None:
    ends = make_shadowed()
    comes = make_ready(programme=ends.programme)  # no day on set
    neither = make_enrolment(programme=ends.programme, at=NOON)
    newer = make_newer(ends, [("modules", {}), ("shadow_days", {"days": 2})])
    easier = make_rules(ends.programme, requirements=[("modules", {})], version="9", at=NOON)
    entries = Entry.objects.count()

    def look(rules):
        found = foresee_rules(
            programme=ends.programme, lines=list(rules.requirements.order_by("position")), published=rules, at=NOON
        )
        return {each.enrolment.pk: (each.met_now, each.met_then, each.no_longer, each.newly) for each in found}

    assert look(newer)[ends.pk] == (True, False, True, False)
    assert look(easier) == {
        ends.pk: (True, True, False, False),
        comes.pk: (False, True, False, True),
        neither.pk: (False, False, False, False),
    }
    assert Entry.objects.count() == entries


def test_a_move_is_foreseen_as_it_then_happens() -> None:
    enrolment = make_shadowed()
    old, new = set_for(enrolment), make_newer(enrolment)
    keeping, registrar = Keeping(met=the_days(old, new)), make_registrar()

    [foreseen] = foresee_move(enrolments=with_pins(enrolment), to=new, keeping=keeping, by=registrar, at=NOON)
    [without] = foresee_move(enrolments=with_pins(enrolment), to=new, keeping=Keeping(), by=registrar, at=NOON)
    assert Allowance.objects.count() == 0
    move(enrolment, new, keeping=keeping)

    assert foreseen.then == verdict_on(enrolment, at=NOON).findings
    assert (foreseen.met_now, foreseen.met_then, foreseen.why_not) == (True, True, "")
    assert [finding.met for finding in without.then] == [True, False]


def test_who_cannot_be_moved_is_foreseen_so() -> None:
    asked = make_request(at=NOON - DAY)
    new = make_newer(asked.enrolment)

    [foreseen] = foresee_move(
        enrolments=with_pins(asked.enrolment), to=new, keeping=Keeping(), by=make_registrar(), at=NOON
    )

    assert foreseen.why_not == "They asked to be certified under the rules they have. Answer that first."


def test_many_are_read_as_one_is() -> None:
    """What is foreseen for somebody is what their own page says: the two ways of reading never part."""
    one = make_shadowed()
    others = [make_ready(programme=one.programme), make_enrolment(programme=one.programme, at=NOON - 20 * DAY)]
    make_module(one.programme, lessons=2)
    complete_unit(enrolment=others[1], unit=lessons_of(one.programme)[0], event=CompletedBy.READING, at=NOON)
    held = set_for(one)

    foreseen = foresee_rules(
        programme=one.programme, lines=list(held.requirements.order_by("position")), published=held, at=NOON
    )

    assert {each.enrolment.pk: each.now.record for each in foreseen} == {
        each.pk: verdict_on(each, at=NOON).record for each in (one, *others)
    }
    assert all(each.then == each.now.findings for each in foreseen)


@pytest.mark.parametrize("learners", [1, 3])
def test_foreseeing_costs_the_same_for_three_as_for_one(django_assert_num_queries, learners: int) -> None:
    one = make_shadowed()
    for _ in range(learners - 1):
        make_shadowed(programme=one.programme)
    rules = make_newer(one, [*NEW, ("agreement", {"slug": "ethics-code"})])
    lines = list(rules.requirements.order_by("position"))

    with django_assert_num_queries(13):
        found = foresee_rules(programme=one.programme, lines=lines, published=rules, at=NOON)

    assert len(found) == learners


# At once ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_four_move_one_learner_at_once_and_it_happens_once() -> None:
    enrolment = make_ready(requirements=OLD)
    old, new, registrar = set_for(enrolment), make_newer(enrolment), make_registrar()

    answers = side_by_side(*(partial(move, enrolment, new, away=old, by=registrar) for _ in range(4)))

    assert sorted(type(answer).__name__ for answer in answers) == ["NoneType"] * 3 + ["RulesMove"]
    assert RulesMove.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_one_of_two_moves_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    enrolment = make_ready(requirements=OLD)
    old, new, registrar = set_for(enrolment), make_newer(enrolment), make_registrar()
    take_locks_away(monkeypatch)
    meet_in(monkeypatch, moving, "set_for")

    answers = side_by_side(*(partial(move, enrolment, new, away=old, by=registrar) for _ in range(2)))

    assert sum(isinstance(answer, Exception) for answer in answers) == 1
    assert RulesMove.objects.count() == 1
