"""Is the monthly sample drawn by lot, once, and closed by somebody who may?"""

from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError

from assessments import auditing
from assessments.auditing import (
    ANSWER_WITHIN,
    CannotAudit,
    CannotDraw,
    answer_audit,
    audits_for,
    close_audit,
    draw_sample,
    month_before,
    rank,
    to_close,
)
from assessments.disputing import letter_of
from assessments.models import AuditAnswer, AuditDraw, AuditOutcome, ShadowingSettings, Shift, ShiftState, VoidReason
from assessments.shifts import make_production, void_shift
from cms.accounts import history
from cms.accounts.models import Entry
from tests.courses.races import meet_in, side_by_side, take_locks_away
from tests.factories.people import NOON, make_registrar
from tests.factories.shifts import make_mentorship, make_signed_shift
from tests.unguarded import lift_guards

NOVEMBER, OCTOBER = date(2026, 11, 1), date(2026, 10, 1)
DECEMBER_2 = datetime(2026, 12, 2, 6, tzinfo=UTC)
LETTER = letter_of(b"%PDF-1.7 they were there")


def signed(count: int, mentorship=None) -> list[Shift]:
    mentorship = mentorship or make_mentorship()
    return [make_signed_shift(mentorship, on=date(2026, 11, 20) - timedelta(days=n)) for n in range(count)]


def a_draw(**fields) -> AuditDraw:
    make_signed_shift(**fields)
    return draw_sample(month=NOVEMBER, at=DECEMBER_2)[0]


# The draw --------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(("percent", "count", "drawn"), [(5, 1, 1), (5, 21, 2), (50, 3, 2), (100, 3, 3), (0, 3, 0)])
def test_so_many_per_cent_are_drawn_rounded_up(percent, count, drawn):
    ShadowingSettings.objects.update_or_create(defaults={"audit_percent": percent})
    signed(count)

    assert len(draw_sample(month=NOVEMBER, at=DECEMBER_2)) == drawn


@pytest.mark.django_db
def test_a_month_without_signatures_has_no_sample_and_says_so_in_history():
    assert draw_sample(month=OCTOBER, at=NOON) == []

    [seeded, drawn] = Entry.objects.filter(chain__name="audits").order_by("number")
    assert (seeded.verb, seeded.subject, seeded.facts["percent"]) == ("audit.seeded", "auditmonth:2026-10", 5)
    assert (drawn.verb, drawn.facts["drawn"], drawn.facts["of"]) == ("audit.sampled", [], 0)


@pytest.mark.django_db
def test_the_draw_can_be_made_again_by_anybody_from_the_seed_in_history():
    ShadowingSettings.objects.update_or_create(defaults={"audit_percent": 40})
    keys = [shift.pk for shift in signed(5)]

    drawn = draw_sample(month=NOVEMBER, at=DECEMBER_2)

    seed = Entry.objects.get(verb="audit.seeded").facts["seed"]
    assert [draw.shift_id for draw in drawn] == sorted(keys, key=lambda key: rank(seed, key))[:2]
    assert len(seed) == 32


@pytest.mark.django_db
def test_the_seed_is_in_history_before_anything_is_drawn(monkeypatch):
    signed(1)
    seen = []
    draw = auditing._draw

    def look(month, **given):
        seen.append((Entry.objects.filter(verb="audit.seeded").count(), AuditDraw.objects.count()))
        return draw(month, **given)

    monkeypatch.setattr(auditing, "_draw", look)
    draw_sample(month=NOVEMBER, at=DECEMBER_2)

    assert seen == [(1, 0)]


@pytest.mark.django_db
def test_killed_after_the_seed_the_next_run_draws_from_the_same_seed(monkeypatch):
    signed(3)

    def die(month, **given):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(auditing, "_draw", die)
        draw_sample(month=NOVEMBER, at=DECEMBER_2)
    ShadowingSettings.objects.update_or_create(defaults={"audit_percent": 100})

    drawn = draw_sample(month=NOVEMBER, at=DECEMBER_2)

    assert Entry.objects.filter(verb="audit.seeded").count() == 1
    assert len(drawn) == 1  # by the percentage that was written down with the seed


@pytest.mark.django_db
def test_a_month_is_drawn_once_and_each_learner_is_written_to_once(mailoutbox, django_capture_on_commit_callbacks):
    [shift] = signed(1)
    mailoutbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        first = draw_sample(month=NOVEMBER, at=DECEMBER_2)
        signed(1)
        again = draw_sample(month=date(2026, 11, 30), at=DECEMBER_2)

    assert first == again == [AuditDraw.objects.get()]
    mails = [mail for mail in mailoutbox if mail.subject.endswith("A random check")]
    assert [mail.to for mail in mails] == [[shift.learner.email]]
    for word in ("Low Tide", "PRJ", "Wren", "Tomasz", "November"):
        assert word not in mails[0].subject + mails[0].body


@pytest.mark.django_db
def test_a_month_that_is_not_over_is_not_drawn():
    with pytest.raises(CannotDraw, match="not over"):
        draw_sample(month=NOVEMBER, at=datetime(2026, 11, 30, 23, 59, tzinfo=UTC))

    assert not Entry.objects.filter(chain__name="audits").exists()


@pytest.mark.django_db
def test_only_signatures_of_the_month_that_stand_are_drawn_from():
    ShadowingSettings.objects.update_or_create(defaults={"audit_percent": 100})
    mentorship = make_mentorship(at=NOON - timedelta(days=60))
    earlier = make_signed_shift(mentorship, on=date(2026, 10, 20), at=datetime(2026, 10, 31, 23, 59, tzinfo=UTC))
    first = make_signed_shift(mentorship, on=date(2026, 10, 21), at=datetime(2026, 11, 1, tzinfo=UTC))
    void = make_signed_shift(mentorship, on=date(2026, 11, 20))
    void_shift(shift=void, by=make_registrar(), reason=VoidReason.TWICE, at=NOON, as_registrar=True)

    drawn = draw_sample(month=NOVEMBER, at=DECEMBER_2)

    assert [draw.shift_id for draw in drawn] == [first.pk]
    assert earlier.pk not in [draw.shift_id for draw in drawn]


@pytest.mark.django_db
def test_history_holds_the_draw_in_both_chains_and_no_step_of_the_shift_is_made_of_it():
    draw = a_draw()

    [entry] = history.entries_about(draw)
    assert (entry.verb, entry.chain.name) == ("audit.drawn", f"learner:{draw.shift.learner_id}")
    assert Entry.objects.get(verb="audit.sampled").facts["drawn"] == [draw.shift_id]
    assert Shift.objects.whole().get(pk=draw.shift_id).state is ShiftState.SIGNED
    assert not list(history.breaks())


@pytest.mark.django_db(transaction=True)
def test_two_draws_at_once_are_one(monkeypatch):
    signed(3)

    answers = side_by_side(*[lambda: draw_sample(month=NOVEMBER, at=DECEMBER_2)] * 2)

    assert answers[0] == answers[1]
    assert AuditDraw.objects.count() == 1
    assert Entry.objects.filter(verb="audit.seeded").count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_two_draws_are_two_or_a_caller_is_hurt(monkeypatch):
    signed(3)
    take_locks_away(monkeypatch)
    meet_in(monkeypatch, auditing, "_said")

    answers = side_by_side(*[lambda: draw_sample(month=NOVEMBER, at=DECEMBER_2)] * 2)

    seeds = Entry.objects.filter(verb="audit.seeded").count()
    assert seeds > 1 or any(isinstance(answer, DatabaseError) for answer in answers)


@pytest.mark.parametrize(
    ("at", "month"),
    [(DECEMBER_2, NOVEMBER), (datetime(2027, 1, 2, tzinfo=UTC), date(2026, 12, 1)), (NOON, OCTOBER)],
)
def test_the_month_before(at, month):
    assert month_before(at) == month


@pytest.mark.django_db
def test_the_command_draws_a_month_and_a_dry_run_draws_none():
    signed(3)
    said = StringIO()
    lift_guards()
    Shift.objects.update(signed_at=datetime(2025, 3, 5, tzinfo=UTC), submitted_at=datetime(2025, 3, 4, tzinfo=UTC),
                         call_at=datetime(2025, 3, 3, 8, tzinfo=UTC), wrap_at=datetime(2025, 3, 3, 9, tzinfo=UTC))  # fmt: skip

    call_command("draw_audits", "--month", "2025-03", "--dry-run", stdout=said)
    assert not Entry.objects.filter(chain__name="audits").exists()
    call_command("draw_audits", "--month", "2025-03", stdout=said)
    call_command("draw_audits", stdout=said)

    assert said.getvalue().splitlines()[:2] == [
        "2025-03: would draw 1 of 3 signed shifts.",
        "2025-03: 1 shifts are in the sample.",
    ]
    with pytest.raises(CommandError):
        call_command("draw_audits", "--month", "spring")
    with pytest.raises(CommandError, match="not over"):
        call_command("draw_audits", "--month", "2099-01")


# Answering -------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(("answer", "letter"), [(AuditAnswer.TITLE, None), (AuditAnswer.LETTER, LETTER)])
def test_a_learner_answers_once_and_repeating_is_calm(answer, letter):
    draw = a_draw()

    answers = [answer_audit(draw=draw, answer=answer, letter=letter, at=DECEMBER_2) for _twice in range(2)]

    assert answers[0] == answers[1]
    draw.refresh_from_db()
    assert (draw.answer, draw.answered_at) == (answer, DECEMBER_2)
    assert draw.letter_digest == (LETTER.digest if letter else "")
    assert [entry.verb for entry in history.entries_about(draw)].count("audit.answered") == 1
    assert list(to_close(DECEMBER_2)) == [draw]


@pytest.mark.django_db
def test_another_answer_is_refused():
    draw = a_draw()
    answer_audit(draw=draw, answer=AuditAnswer.TITLE, at=DECEMBER_2)

    with pytest.raises(CannotAudit, match="answered already"):
        answer_audit(draw=draw, answer=AuditAnswer.LETTER, letter=LETTER, at=DECEMBER_2)


@pytest.mark.django_db
def test_a_letter_is_asked_for_and_a_title_that_was_not_kept_cannot_be_read():
    mentorship = make_mentorship()
    draw = a_draw(mentorship=mentorship, production=make_production(learner=mentorship.learner, at=NOON))

    with pytest.raises(CannotAudit, match="No title was kept"):
        answer_audit(draw=draw, answer=AuditAnswer.TITLE, at=DECEMBER_2)
    with pytest.raises(CannotAudit, match="Choose the letter"):
        answer_audit(draw=draw, answer=AuditAnswer.LETTER, at=DECEMBER_2)


# Closing ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("outcome", AuditOutcome)
def test_closing_changes_no_shift_and_tells_the_learner(outcome, mailoutbox, django_capture_on_commit_callbacks):
    draw = answer_audit(draw=a_draw(), answer=AuditAnswer.TITLE, at=DECEMBER_2)
    before = Shift.objects.values().get(pk=draw.shift_id)
    registrar = make_registrar()
    mailoutbox.clear()

    with django_capture_on_commit_callbacks(execute=True):
        for _twice in range(2):
            close_audit(draw=draw, outcome=outcome, note="Nobody knows of it.", by=registrar, at=DECEMBER_2)

    draw.refresh_from_db()
    assert (draw.outcome, draw.closed_by, draw.note) == (outcome, registrar, "Nobody knows of it.")
    assert Shift.objects.values().get(pk=draw.shift_id) == before
    assert [mail.to for mail in mailoutbox] == [[draw.shift.learner.email]]
    assert "Nobody knows" not in mailoutbox[0].body
    assert "Nobody knows" not in str(list(Entry.objects.values_list("facts", flat=True)))
    with pytest.raises(CannotAudit, match="closed already"):
        other = next(each for each in AuditOutcome if each != outcome)
        close_audit(draw=draw, outcome=other, note="Or so.", by=registrar, at=DECEMBER_2)
    with pytest.raises(CannotAudit, match="has closed this"):
        answer_audit(draw=draw, answer=AuditAnswer.LETTER, letter=LETTER, at=DECEMBER_2)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("outcome", "note", "words"),
    [
        (AuditOutcome.PASSED, "", "Nothing was shown"),
        (AuditOutcome.FAILED, " ", "Say what does not stand"),
        (AuditOutcome.FAILED, "No answer.", "has 14 days"),
        (AuditOutcome.FAILED, "x" * 2_001, "2,000"),
    ],
)
def test_what_was_not_answered_cannot_pass_and_has_its_time(outcome, note, words):
    draw = a_draw()

    with pytest.raises(CannotAudit, match=words):
        close_audit(draw=draw, outcome=outcome, note=note, by=make_registrar(), at=DECEMBER_2 + timedelta(days=1))


@pytest.mark.django_db
def test_without_an_answer_in_time_it_waits_for_the_registrar_who_may_close_it():
    draw = a_draw()
    late = DECEMBER_2 + ANSWER_WITHIN
    assert list(to_close(late - timedelta(seconds=1))) == []
    assert list(to_close(late)) == [draw]

    close_audit(draw=draw, outcome=AuditOutcome.FAILED, note="No answer came.", by=make_registrar(), at=late)

    assert list(to_close(late)) == []


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["learner", "mentor"])
def test_neither_of_the_two_closes_it(who):
    draw = answer_audit(draw=a_draw(), answer=AuditAnswer.TITLE, at=DECEMBER_2)
    shift = Shift.objects.whole().get(pk=draw.shift_id)
    person = shift.learner if who == "learner" else shift.mentorship.mentor.person

    with pytest.raises(CannotAudit, match="one of the two"):
        close_audit(draw=draw, outcome=AuditOutcome.PASSED, note="", by=person, at=DECEMBER_2)


@pytest.mark.django_db
@pytest.mark.parametrize("draws", [1, 3])
def test_a_learner_sees_what_is_open_in_one_query(draws, django_assert_num_queries):
    ShadowingSettings.objects.update_or_create(defaults={"audit_percent": 100})
    shifts = signed(draws)
    draw_sample(month=NOVEMBER, at=DECEMBER_2)

    with django_assert_num_queries(1):
        found = audits_for(shifts[0].learner)

    assert len(found) == draws


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        {"answer": "TITLE"},
        {"answered_at": NOON},
        {"closed_at": NOON},
        {"closed_at": NOON, "outcome": "PASSED"},
        {"outcome": "PASSED"},
    ],
)
def test_the_database_refuses_half_an_answer_and_half_an_outcome(change):
    draw = a_draw()

    with pytest.raises(DatabaseError):
        AuditDraw.objects.filter(pk=draw.pk).update(**change)
