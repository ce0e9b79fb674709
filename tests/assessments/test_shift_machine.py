"""Whatever learner, mentors and registrar do, in whatever order: do totals, history and seals agree with what was done?

Hypothesis walks random sequences through the domain functions. After every step nothing that is unsigned, void, replaced or
over a maximum is counted; the parts add up to the whole; and history replays to how each shift stands.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from assessments.answering import CannotReturn, decline_shift, propose_hours, return_shift
from assessments.counting import CountingRules
from assessments.disputing import CannotDispute, answer_dispute, decide_dispute, open_dispute
from assessments.mentors import reinstate_mentor, suspend_mentor
from assessments.mentorships import CannotAnswer, end_mentorship
from assessments.models import (
    Competency,
    DeclineReason,
    Level,
    Mentor,
    Mentorship,
    Outcome,
    Production,
    Scene,
    Shift,
    ShiftDispute,
    ShiftRole,
    ShiftState,
    VoidReason,
)
from assessments.sealing import seal_holds
from assessments.shift_facts import CannotRecord
from assessments.shift_history import replay, row_digest
from assessments.shifts import (
    CannotAmend,
    CannotVoid,
    accept_hours,
    amend_shift,
    change_shift,
    log_shift,
    make_production,
    submit_shift,
    take_back_shift,
    void_shift,
)
from assessments.signing import CannotSign, sign_shift
from assessments.totals import signed_days_of, totals_for
from assessments.totals_parts import (
    by_medium,
    by_mentor,
    by_production,
    by_region,
    by_role,
    by_scene,
    by_union,
)
from cms.accounts import history
from cms.accounts.models import Entry, User
from courses.models import Enrolment
from tests.factories.courses import make_enrolment
from tests.factories.people import NOON, make_registrar
from tests.factories.shifts import make_mentor, make_mentorship, shift_fields

FIRST_DAY = date(2026, 11, 2)
RULES = CountingRules(
    days=4,
    least={ShiftRole.ASSIST: 1},
    most={ShiftRole.OBSERVE: 1, ShiftRole.LEAD: 2, ShiftRole.COVER: 0},
    recency_days=20,
    days_per_production=2,
)
REFUSALS = (CannotRecord, CannotReturn, CannotSign, CannotAmend, CannotVoid, CannotDispute, CannotAnswer)


@dataclass
class Academy:
    """One learner, two mentors and a registrar; what every example begins with, made once."""

    enrolment: Enrolment
    registrar: User
    mentorships: list[Mentorship] = field(default_factory=list)
    productions: list[Production] = field(default_factory=list)

    @property
    def learner(self) -> User:
        return self.enrolment.learner


@pytest.fixture
def academy(db) -> Academy:
    made = Academy(enrolment=make_enrolment(at=NOON - timedelta(days=90)), registrar=make_registrar())
    made.mentorships = [make_mentorship(mentor=make_mentor(), enrolment=made.enrolment) for _mentor in range(2)]
    made.productions = [make_production(learner=made.learner, code=code, at=NOON) for code in ("PRJ-A", "PRJ-B")]
    return made


spans = st.sampled_from([(7, 12), (12, 18), (9, 17), (20, 23)])
days = st.integers(0, 6)
places = st.integers(0, 40)


class Shadowing(RuleBasedStateMachine):
    """Each rule is one person's act on some shift. A refusal is an answer as good as any: it must change nothing."""

    academy: Academy

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.at: datetime = NOON
        self.states: set[ShiftState] = set()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    # Who does something --------------------------------------------------------------------------------------

    def does(self, act: Callable[[], Any]) -> None:
        """Let a minute pass and do it. What is refused leaves neither a row nor an entry."""
        self.at += timedelta(minutes=1)
        before = (Shift.objects.count(), Entry.objects.count())
        try:
            with transaction.atomic():
                act()
        except REFUSALS:
            assert (Shift.objects.count(), Entry.objects.count()) == before
        self.states = {shift.state for shift in Shift.objects.whole()}

    def there_is(self, *states: ShiftState) -> bool:
        """Whether a shift stands so. Acts without any would mostly be refused."""
        return not self.states.isdisjoint(states)

    def pick(self, place: int, *states: ShiftState) -> Shift:
        """Some shift: seven times in eight one that the act is meant for, if there is any."""
        shifts = list(Shift.objects.whole().order_by("pk"))
        fitting = [shift for shift in shifts if shift.state in states]
        among = fitting if fitting and place % 8 else shifts
        return among[place % len(among)]

    def fields(self, day: int, span: tuple[int, int], role: ShiftRole) -> dict[str, Any]:
        return shift_fields(
            on=FIRST_DAY + timedelta(days=day), call=time(span[0]), wrap=time(span[1]), break_minutes=30, role=role,
            scenes={Scene.KISS: day + 1} if day % 2 else {Scene.NUDITY: 1, Scene.KISS: 2},
        )  # fmt: skip

    def mentor_of(self, shift: Shift) -> Mentor:
        return Mentor.objects.select_related("person").get(pk=shift.mentorship.mentor_id)

    @initialize(
        begun=st.lists(
            st.tuples(days, spans, st.sampled_from(ShiftRole), st.booleans(), st.booleans()), min_size=4, max_size=9
        )
    )
    def some_days_are_there_already(self, begun: list[Any]) -> None:
        """So that every walk begins in the middle: days signed, and every third with a mentor."""
        for place, (day, span, role, who, what) in enumerate(begun):
            if place % 3 == 2:
                self.log_and_hand_in_one(day, span, role, who, what)
            else:
                self.have_one_signed(day, span, role, who, what)

    # The learner ---------------------------------------------------------------------------------------------

    @rule(day=days, span=spans, role=st.sampled_from(ShiftRole), who=st.booleans(), what=st.booleans())
    def log(self, day: int, span: tuple[int, int], role: ShiftRole, who: bool, what: bool) -> None:
        self.does(lambda: self.record(day, span, role, who, what))

    @rule(day=days, span=spans, role=st.sampled_from(ShiftRole), who=st.booleans(), what=st.booleans())
    def log_and_hand_in(self, day: int, span: tuple[int, int], role: ShiftRole, who: bool, what: bool) -> None:
        self.log_and_hand_in_one(day, span, role, who, what)

    def log_and_hand_in_one(self, day: int, span: tuple[int, int], role: ShiftRole, who: bool, what: bool) -> None:
        self.does(lambda: submit_shift(shift=self.record(day, span, role, who, what), at=self.at))

    @rule(day=days, span=spans, role=st.sampled_from(ShiftRole), who=st.booleans(), what=st.booleans())
    def a_day_from_call_to_signature(
        self, day: int, span: tuple[int, int], role: ShiftRole, who: bool, what: bool
    ) -> None:
        self.have_one_signed(day, span, role, who, what)

    def have_one_signed(self, day: int, span: tuple[int, int], role: ShiftRole, who: bool, what: bool) -> None:
        def act() -> None:
            shift = submit_shift(shift=self.record(day, span, role, who, what), at=self.at)
            self.sign_it(shift, self.mentor_of(shift))

        self.does(act)

    def record(self, day: int, span: tuple[int, int], role: ShiftRole, who: bool, what: bool) -> Shift:
        return log_shift(
            learner=self.academy.learner,
            mentorship=self.academy.mentorships[who],
            production=self.academy.productions[what],
            at=self.at,
            **self.fields(day, span, role),
        )

    @precondition(lambda self: self.there_is(ShiftState.DRAFT, ShiftState.RETURNED, ShiftState.PROPOSED))
    @rule(
        place=places, day=days, span=spans, role=st.sampled_from(ShiftRole), who=st.booleans(), same_day=st.booleans()
    )
    def change_or_move(
        self, place: int, day: int, span: tuple[int, int], role: ShiftRole, who: bool, same_day: bool
    ) -> None:
        shift = self.pick(place, ShiftState.DRAFT, ShiftState.RETURNED, ShiftState.PROPOSED)
        on = (shift.worked_on - FIRST_DAY).days if same_day else day
        self.does(
            lambda: change_shift(
                shift=shift,
                mentorship=self.academy.mentorships[who],
                production=shift.production,
                at=self.at,
                **self.fields(on, span, role),
            )
        )

    @precondition(lambda self: self.there_is(ShiftState.DRAFT))
    @rule(place=places)
    def hand_in(self, place: int) -> None:
        shift = self.pick(place, ShiftState.DRAFT)
        self.does(lambda: submit_shift(shift=shift, at=self.at))

    @precondition(lambda self: self.there_is(ShiftState.RETURNED))
    @rule(place=places)
    def answer(self, place: int) -> None:
        shift = self.pick(place, ShiftState.RETURNED)
        self.does(lambda: submit_shift(shift=shift, answer="It was.", at=self.at))

    @precondition(lambda self: self.there_is(ShiftState.WAITING, ShiftState.RETURNED, ShiftState.PROPOSED))
    @rule(place=places)
    def take_back(self, place: int) -> None:
        shift = self.pick(place, ShiftState.WAITING, ShiftState.RETURNED, ShiftState.PROPOSED)
        self.does(lambda: take_back_shift(shift=shift, at=self.at))

    @precondition(lambda self: self.there_is(ShiftState.PROPOSED))
    @rule(place=places)
    def accept(self, place: int) -> None:
        shift = self.pick(place, ShiftState.PROPOSED)
        self.does(lambda: accept_hours(shift=shift, at=self.at))

    @precondition(lambda self: self.there_is(ShiftState.SIGNED))
    @rule(place=places)
    def amend(self, place: int) -> None:
        shift = self.pick(place, ShiftState.SIGNED)
        self.does(lambda: amend_shift(shift=shift, at=self.at))

    @precondition(lambda self: self.there_is(ShiftState.SIGNED))
    @rule(place=places)
    def amend_to_other_hours_and_have_it_signed(self, place: int) -> None:
        shift = self.pick(place, ShiftState.SIGNED)

        def act() -> None:
            new = amend_shift(shift=shift, at=self.at)
            said = self.fields((new.worked_on - FIRST_DAY).days, (13, 17), ShiftRole.ASSIST)
            new = change_shift(shift=new, mentorship=new.mentorship, production=new.production, at=self.at, **said)
            self.sign_it(submit_shift(shift=new, at=self.at), self.mentor_of(new))

        self.does(act)

    @precondition(lambda self: self.there_is(ShiftState.DECLINED, ShiftState.PROPOSED))
    @rule(place=places, sheet=st.booleans())
    def dispute(self, place: int, sheet: bool) -> None:
        shift = self.pick(place, ShiftState.DECLINED, ShiftState.PROPOSED)
        call_sheet = "ab" * 32 if sheet else ""
        self.does(lambda: open_dispute(shift=shift, account="I was there.", call_sheet=call_sheet, at=self.at))

    @precondition(lambda self: self.there_is(ShiftState.DRAFT, ShiftState.DECLINED))
    @rule(place=places)
    def withdraw(self, place: int) -> None:
        shift = self.pick(place, ShiftState.DRAFT, ShiftState.DECLINED)
        self.does(lambda: void_shift(shift=shift, by=self.academy.learner, reason=VoidReason.WITHDRAWN, at=self.at))

    @precondition(lambda self: self.there_is(ShiftState.WAITING))
    @rule(place=places, counts=st.booleans())
    def go_to_the_registrar_after_a_no(self, place: int, counts: bool) -> None:
        shift = self.pick(place, ShiftState.WAITING)

        def act() -> None:
            decline_shift(shift=shift, mentor=self.mentor_of(shift), reason=DeclineReason.NOT_THERE, at=self.at)
            dispute = open_dispute(shift=shift, account="I was there.", call_sheet="cd" * 32, at=self.at)
            self.decide_it(dispute, counts)

        self.does(act)

    # The mentors ---------------------------------------------------------------------------------------------

    @precondition(lambda self: self.there_is(ShiftState.WAITING))
    @rule(place=places, other=st.integers(0, 7))
    def sign(self, place: int, other: int) -> None:
        shift = self.pick(place, ShiftState.WAITING)
        mentor = self.academy.mentorships[other].mentor if other < 2 else self.mentor_of(shift)
        self.does(lambda: self.sign_it(shift, mentor))

    def sign_it(self, shift: Shift, mentor: Mentor) -> None:
        rubric = {Competency.TALKS: Level.ASSISTED}
        sign_shift(shift=shift, mentor=mentor, rubric=rubric, authentication="password", at=self.at)

    @precondition(lambda self: self.there_is(ShiftState.WAITING))
    @rule(place=places)
    def ask(self, place: int) -> None:
        shift = self.pick(place, ShiftState.WAITING)
        self.does(lambda: return_shift(shift=shift, mentor=self.mentor_of(shift), question="Was it?", at=self.at))

    @precondition(lambda self: self.there_is(ShiftState.WAITING))
    @rule(place=places, later=st.integers(-3, 3), accepted=st.booleans())
    def propose(self, place: int, later: int, accepted: bool) -> None:
        shift = self.pick(place, ShiftState.WAITING)

        def act() -> None:
            propose_hours(
                shift=shift,
                mentor=self.mentor_of(shift),
                call_at=shift.call_at + timedelta(hours=later),
                wrap_at=shift.wrap_at,
                break_minutes=15,
                at=self.at,
            )
            if accepted:
                accept_hours(shift=shift, at=self.at)

        self.does(act)

    @precondition(lambda self: self.there_is(ShiftState.WAITING))
    @rule(place=places)
    def decline(self, place: int) -> None:
        shift = self.pick(place, ShiftState.WAITING)
        reason = DeclineReason.NOT_SO
        self.does(lambda: decline_shift(shift=shift, mentor=self.mentor_of(shift), reason=reason, at=self.at))

    @precondition(lambda self: ShiftDispute.objects.exists())
    @rule(place=places)
    def give_their_account(self, place: int) -> None:
        disputes = list(ShiftDispute.objects.order_by("pk"))
        self.does(lambda: answer_dispute(dispute=disputes[place % len(disputes)], account="No.", at=self.at))

    @rule(seldom=st.integers(0, 7), whose=st.booleans())
    def end(self, seldom: int, whose: bool) -> None:
        # One is left to work with: an ended mentorship is only begun anew, under other terms.
        mentorship = Mentorship.objects.select_related("mentor__person", "learner").get(
            pk=self.academy.mentorships[1].pk
        )
        by = self.academy.learner if whose else mentorship.mentor.person
        if seldom == 7:
            self.does(lambda: end_mentorship(mentorship=mentorship, by=by, at=self.at))

    # The registrar -------------------------------------------------------------------------------------------

    @precondition(lambda self: ShiftDispute.objects.exists())
    @rule(place=places, counts=st.booleans())
    def decide(self, place: int, counts: bool) -> None:
        disputes = list(ShiftDispute.objects.order_by("pk"))
        self.does(lambda: self.decide_it(disputes[place % len(disputes)], counts))

    def decide_it(self, dispute: ShiftDispute, counts: bool) -> None:
        decide_dispute(
            dispute=dispute,
            outcome=Outcome.COUNTS if counts else Outcome.DOES_NOT,
            reason="The call sheet says so.",
            by=self.academy.registrar,
            authentication="password",
            at=self.at,
        )

    @precondition(lambda self: self.there_is(ShiftState.SIGNED, ShiftState.DISPUTED))
    @rule(place=places)
    def make_void(self, place: int) -> None:
        shift = self.pick(place, ShiftState.SIGNED, ShiftState.DISPUTED)
        reason = VoidReason.UNTRUE
        by = self.academy.registrar
        self.does(lambda: void_shift(shift=shift, by=by, reason=reason, at=self.at, as_registrar=True))

    @rule(who=st.booleans(), seldom=st.integers(0, 3))
    def suspend_or_reinstate(self, who: bool, seldom: int) -> None:
        change = suspend_mentor if seldom == 3 else reinstate_mentor
        mentor = self.academy.mentorships[who].mentor
        self.does(lambda: change(mentor=mentor, by=self.academy.registrar, at=self.at))

    # What is always true -------------------------------------------------------------------------------------

    @invariant()
    def nothing_counts_that_must_not(self) -> None:
        totals = totals_for(self.academy.enrolment, RULES, on=NOON.date())
        rows = {shift.pk: shift for shift in Shift.objects.whole()}
        counting = [rows[worked.shift] for worked in totals.counted.counting]
        for shift in counting:
            assert shift.signed_at and not shift.voided_at and not shift.superseded_at and seal_holds(shift)
            assert (NOON.date() - shift.worked_on).days <= RULES.recency_days
            assert shift.role != ShiftRole.COVER
        assert totals.countable.minutes == sum(shift.minutes for shift in counting)
        assert totals.countable.days == len({shift.worked_on for shift in counting})
        assert all(n <= RULES.most.get(role, n) for role, n in totals.counted.by_role.items())
        assert len({shift.record for shift in counting}) == len(counting)
        on_production: dict[int | None, int] = {}
        for day in totals.counted.days.values():
            on_production[day.production] = on_production.get(day.production, 0) + 1
        assert all(n <= RULES.days_per_production for n in on_production.values())
        signed = {shift.worked_on for shift in rows.values() if shift.state is ShiftState.SIGNED}
        assert totals.signed.days == len(signed) == signed_days_of([self.academy.enrolment])[self.academy.enrolment.pk]

    @invariant()
    def the_parts_are_the_whole(self) -> None:
        totals = totals_for(self.academy.enrolment, RULES, on=NOON.date())
        assert totals.recorded.shifts == Shift.objects.count()
        for name in ("shifts", "days", "minutes"):
            steps = [getattr(amount, name) for amount in totals.amounts]
            lost = sum(getattr(difference.amount, name) for difference in totals.differences)
            assert steps[0] == steps[3] + lost
            assert steps == sorted(steps, reverse=True)
            for parts_by in (by_role, by_production, by_mentor, by_medium, by_region, by_union):
                parts = parts_by(totals)
                assert [sum(getattr(part.amounts[step], name) for part in parts) for step in range(4)] == steps
        listed = [shift.pk for difference in totals.differences for shift in difference.shifts]
        counting = [worked.shift for worked in totals.counted.counting]
        assert sorted(listed + counting) == sorted(Shift.objects.values_list("pk", flat=True))
        scenes = sum(sum(shift.scenes.values()) for shift in Shift.objects.all())
        assert sum(part.recorded for part in by_scene(totals)) == scenes

    @invariant()
    def history_tells_the_same(self) -> None:
        for shift in Shift.objects.whole():
            entries = list(history.entries_about(shift))
            assert replay((entry.verb, entry.subject) for entry in entries) is shift.state
            assert entries[-1].facts["row"] == row_digest(shift), entries[-1].verb
        assert list(history.breaks()) == []

    @invariant()
    def no_two_shifts_share_a_moment(self) -> None:
        standing = list(Shift.objects.standing().order_by("call_at"))
        for shift in standing:
            for other in standing:
                if shift.record != other.record:
                    assert shift.wrap_at <= other.call_at or other.wrap_at <= shift.call_at


def test_random_walks_by_everybody_leave_totals_history_and_seals_in_agreement(academy):
    class Walk(Shadowing):
        pass

    Walk.academy = academy
    run_state_machine_as_test(
        Walk,
        settings=settings(
            max_examples=WALKS,
            stateful_step_count=STEPS,
            derandomize=True,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


WALKS, STEPS = 20, 30
