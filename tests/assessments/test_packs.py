"""What does a learner's signed record say, how much of it is shown, and what never is?"""

import csv
import io
import shutil
import subprocess
from datetime import date, time, timedelta
from decimal import Decimal

import pytest

from assessments.counting import CountingRules
from assessments.models import (
    Competency,
    Level,
    Medium,
    Mentorship,
    Region,
    Scene,
    SealedBy,
    Shift,
    ShiftMessage,
    ShiftRole,
    ShiftState,
    Union,
    VoidReason,
)
from assessments.pack_printing import print_pack
from assessments.pack_words import shift_columns, shift_rows, sum_columns, sum_rows, words_of_pack
from assessments.packs import KINDS, Part, own_pack, pack_of, signed_shifts
from assessments.shifts import amend_shift, change_shift, make_production, submit_shift, void_shift
from assessments.signing import sign_shift
from assessments.totals import totals_for
from cms.accounts.models import User
from cms.accounts.spreadsheet import as_csv
from tests.factories.courses import make_enrolment
from tests.factories.people import NOON, make_person, make_registrar
from tests.factories.shifts import (
    make_mentor,
    make_mentorship,
    make_shift,
    make_signed_shift,
    make_waiting_shift,
    shift_fields,
)
from tests.unguarded import lift_guards

pytestmark = pytest.mark.django_db

DAY = date(2026, 11, 20)


@pytest.fixture
def mentorship() -> Mentorship:
    return make_mentorship(
        mentor=make_mentor("Tomasz Lindqvist"), enrolment=make_enrolment(learner=make_person("Wren"))
    )


def mixed(mentorship: Mentorship) -> User:
    """Four signed shifts on three days, of every kind."""
    code = make_production(learner=mentorship.learner, code="PRJ-AAA", title="Low Tide", at=NOON)
    other = make_production(learner=mentorship.learner, code="PRJ-BBB", title="Salt Water", at=NOON)
    make_signed_shift(mentorship, production=code, on=DAY, call=time(7), wrap=time(11), break_minutes=0)
    make_signed_shift(
        mentorship, production=other, on=DAY, call=time(12), wrap=time(15), break_minutes=30, role=ShiftRole.OBSERVE,
        union=Union.NON_UNION, medium=Medium.SHORT, scenes={Scene.NUDITY: 4}, competencies=[],
    )  # fmt: skip
    make_signed_shift(mentorship, production=code, on=DAY - timedelta(days=1), union=Union.UNKNOWN, scenes={})
    make_signed_shift(mentorship, production=other, on=DAY - timedelta(days=2), region=Region.US)
    return mentorship.learner


def shows(shift: Shift, *parts: Part) -> dict[str, list[str]]:
    return {str(shift.record): [part.value for part in parts]}


def amend(shift: Shift, **fields: object) -> Shift:
    new = amend_shift(shift=shift, at=NOON)
    new = change_shift(
        shift=new, mentorship=shift.mentorship, production=shift.production, at=NOON, **shift_fields(**fields)
    )
    new = submit_shift(shift=new, at=NOON)
    return sign_shift(
        shift=new,
        mentor=shift.mentorship.mentor,
        rubric={Competency.TALKS: Level.LED},
        authentication="password",
        at=NOON,
    )


def words_in(pdf: bytes) -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not here")
    return subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode()


# Sums ------------------------------------------------------------------------------------------------------


def test_the_whole_is_the_sum_of_its_shifts_and_what_the_log_counts(mentorship):
    learner = mixed(mentorship)

    pack = own_pack(learner)

    counted = totals_for(mentorship.enrolment, CountingRules(), on=NOON.date())
    assert pack.minutes == 240 + 150 + 570 + 570 == sum(line.minutes for line in pack.lines) == counted.signed.minutes
    assert (pack.whole.shifts, pack.whole.days, pack.productions, pack.mentors) == (4, 3, 2, 1)
    assert (counted.signed.days, counted.productions) == (3, 2)


@pytest.mark.parametrize("name", ["role", "union", "medium", "region"])
def test_the_hours_of_an_area_come_to_the_whole(mentorship, name):
    pack = own_pack(mixed(mentorship))

    area = next(area for area in pack.areas if area.name == name)

    assert sum(found.minutes for _key, found in area.sums) == pack.minutes
    assert sum(found.shifts for _key, found in area.sums) == pack.whole.shifts
    assert area.without == 0


def test_a_day_counts_once_in_a_row_and_scenes_are_added_up(mentorship):
    areas = {area.name: dict(area.sums) for area in own_pack(mixed(mentorship)).areas}

    assert {key: found.days for key, found in areas["role"].items()} == {"OBSERVE": 1, "ASSIST": 3}
    assert list(areas["union"]) == ["UNION", "NON_UNION", "UNKNOWN"]
    assert {key: (found.scenes, found.days) for key, found in areas["scenes"].items()} == {
        "KISS": (4, 2),
        "PARTIAL_NUDITY": (2, 2),
        "NUDITY": (4, 1),
    }
    assert list(areas["competencies"]) == ["SAG-1", "SAG-4", "SKSIC6"]
    assert {found.minutes for found in areas["competencies"].values()} == {240 + 570 + 570}


def test_nothing_unsigned_is_in_the_record(mentorship):
    make_shift(mentorship, on=DAY)
    make_waiting_shift(mentorship, on=DAY - timedelta(days=1))

    pack = own_pack(mentorship.learner)

    assert (pack.whole.shifts, pack.lines, pack.areas) == (0, (), ())


def test_a_broken_seal_is_in_no_sum_and_is_told_of(mentorship):
    kept, altered = make_signed_shift(mentorship), make_signed_shift(mentorship, on=DAY - timedelta(days=1))
    lift_guards()
    Shift.objects.filter(pk=altered.pk).update(break_minutes=0, region="ELSEWHERE")

    pack = own_pack(mentorship.learner)

    assert (pack.minutes, pack.whole.shifts, pack.broken) == (kept.minutes, 1, 1)
    assert [line.seal for line in pack.lines] == [kept.seal[:12]]


def test_a_void_shift_is_in_no_sum(mentorship):
    shift = make_signed_shift(mentorship)
    void_shift(shift=shift, by=make_registrar(), reason=VoidReason.UNTRUE, at=NOON, as_registrar=True)

    assert own_pack(mentorship.learner).whole.shifts == 0


def test_an_amended_shift_is_told_of_once_in_its_newest_signed_version(mentorship):
    first = make_signed_shift(mentorship)
    amend_shift(shift=first, at=NOON)
    before = own_pack(mentorship.learner)

    second = amend(first, wrap=time(17))
    after = own_pack(mentorship.learner)

    assert (before.minutes, [line.seal for line in before.lines]) == (570, [first.seal[:12]])
    assert (after.minutes, [line.seal for line in after.lines]) == (495, [second.seal[:12]])


def test_another_learners_shifts_are_not_in_it(mentorship):
    make_signed_shift(mentorship)
    make_signed_shift(make_mentorship())

    assert own_pack(mentorship.learner).whole.shifts == 1


@pytest.mark.parametrize("shifts", [1, 3])
def test_the_record_is_read_in_one_query(mentorship, shifts, django_assert_num_queries):
    for place in range(shifts):
        make_signed_shift(mentorship, on=DAY - timedelta(days=place))

    with django_assert_num_queries(1):
        words_of_pack(own_pack(mentorship.learner))


# Who signed ------------------------------------------------------------------------------------------------


def test_a_mentors_name_is_there_only_if_they_let_it_be_shown(mentorship):
    make_signed_shift(mentorship)
    hidden = words_of_pack(own_pack(mentorship.learner)).lines[0].signed_by

    mentorship.mentor.shows_name = True
    mentorship.mentor.save()
    shown = words_of_pack(own_pack(mentorship.learner)).lines[0].signed_by

    assert hidden == "A mentor with a credential that was good on the day of signing"
    assert shown == "Tomasz Lindqvist. A mentor with a credential that was good on the day of signing"


def test_a_former_name_of_the_mentor_is_not_told(mentorship):
    mentorship.mentor.shows_name = True
    mentorship.mentor.save()
    make_signed_shift(mentorship)
    User.objects.filter(pk=mentorship.mentor.person_id).update(display_name="Thea Lindqvist")

    line = own_pack(mentorship.learner).lines[0]

    assert (line.mentor, line.sealed_by) == ("Thea Lindqvist", SealedBy.MENTOR)


# Showing ---------------------------------------------------------------------------------------------------


def test_with_nothing_ticked_there_are_the_sums_and_nothing_else(mentorship):
    pack = pack_of(signed_shifts(mixed(mentorship)), shows={})

    assert (pack.whole.days, pack.minutes, pack.lines, pack.areas) == (3, 1530, (), ())


@pytest.mark.parametrize("part", Part)
def test_a_line_holds_what_was_ticked_and_no_more(mentorship, part):
    mentorship.mentor.shows_name = True
    mentorship.mentor.save()
    shift = make_signed_shift(mentorship)
    fields = {
        Part.DATE: {"on"},
        Part.CODE: {"code"},
        Part.ROLE: {"role"},
        Part.HOURS: {"minutes"},
        Part.KIND: {"medium", "region", "union"},
        Part.SCENES: {"scenes"},
        Part.MENTOR: {"mentor"},
        Part.COMPETENCIES: {"competencies"},
    }

    pack = pack_of(signed_shifts(mentorship.learner), shows=shows(shift, part))

    (line,) = pack.lines
    told = {name for name in ("on", "code", "role", "minutes", "medium", "region", "union", "scenes", "competencies",
                              "mentor") if getattr(line, name) is not None}  # fmt: skip
    assert told == fields[part]
    assert {area.name for area in pack.areas} == {kind.name for kind in KINDS if kind.part is part}


def test_the_hours_of_a_row_are_kept_back_while_one_of_its_shifts_keeps_them(mentorship):
    one, two = make_signed_shift(mentorship), make_signed_shift(mentorship, on=DAY - timedelta(days=1))
    both = shows(one, Part.ROLE, Part.HOURS) | shows(two, Part.ROLE)

    (area,) = pack_of(signed_shifts(mentorship.learner), shows=both).areas

    assert [(key, found.days, found.minutes) for key, found in area.sums] == [("ASSIST", 2, None)]


def test_an_area_says_how_many_shifts_are_not_in_it(mentorship):
    one = make_signed_shift(mentorship)
    make_signed_shift(mentorship, on=DAY - timedelta(days=1))

    words = words_of_pack(pack_of(signed_shifts(mentorship.learner), shows=shows(one, Part.ROLE)))

    assert words.areas[0].rows == (("Assisted", "1 day", "not shared"),)
    assert words.areas[0].notes == ("1 signed shift does not share this and is not in these rows.",)
    assert words.hidden == "1 more signed shift is in the sums, and is not shared by itself."


def test_a_line_without_its_date_does_not_say_by_its_place_when_it_was(mentorship):
    days = [make_signed_shift(mentorship, on=DAY - timedelta(days=place)) for place in range(3)]
    middle = days[1]
    ticked = shows(days[0], Part.DATE) | shows(middle, Part.ROLE) | shows(days[2], Part.DATE)

    lines = pack_of(signed_shifts(mentorship.learner), shows=ticked).lines

    assert [line.on for line in lines] == [DAY - timedelta(days=2), DAY, None]
    assert lines[2].seal == middle.seal[:12]


def test_what_was_shown_and_fell_says_only_that(mentorship):
    altered, void = make_signed_shift(mentorship), make_signed_shift(mentorship, on=DAY - timedelta(days=1))
    ticked = shows(altered, *Part) | shows(void, *Part)
    lift_guards()
    Shift.objects.filter(pk=altered.pk).update(break_minutes=0)
    void_shift(shift=void, by=make_registrar(), reason=VoidReason.UNTRUE, at=NOON, as_registrar=True)

    pack = pack_of(signed_shifts(mentorship.learner), shows=ticked)

    assert {line.state for line in pack.fallen} == {ShiftState.BROKEN, ShiftState.VOIDED}
    assert (pack.standing, pack.minutes, pack.areas) == ((), 0, ())
    assert all(line.on is line.code is line.role is line.minutes is line.scenes is None for line in pack.lines)
    assert words_of_pack(pack).fallen.startswith("2 shifts that were shared here no longer count.")


# On paper and in a spreadsheet -----------------------------------------------------------------------------


def test_the_sheet_says_what_was_signed(mentorship):
    pack = own_pack(mixed(mentorship))

    text = words_in(print_pack(pack, holder="Wren Ana Núñez", academy="Closed Set Academy", at=NOON))

    for words in (
        "Signed shadow record", "Wren Ana Núñez", "As it stood on 23 November 2026, 12:00 UTC", "25 h 30", "20 November 2026",
        "PRJ-AAA", "Not under a union agreement", "SKSIC6", pack.lines[0].seal, "not a listing, not an endorsement",
        "This sheet has no link",
    ):  # fmt: skip
        assert words in text
    assert "http" not in text


def test_the_sheet_of_a_link_says_where_and_until_when_to_check_it(mentorship):
    make_signed_shift(mentorship)
    url, until = "https://certs.example/shared/record/abc/", NOON + timedelta(days=30)

    sheet = print_pack(own_pack(mentorship.learner), holder="W", academy="A", at=NOON, url=url, works_until=until)

    text = words_in(sheet)
    assert url in text
    assert "whether each seal still holds. It works until 23 December 2026." in " ".join(text.split())


def test_no_title_note_message_or_name_that_is_kept_back_is_in_any_file(mentorship):
    learner = mixed(mentorship)
    shift = Shift.objects.first()
    ShiftMessage.objects.create(shift=shift, author=learner, written_at=NOON, text="A word between us.")
    pack = own_pack(learner)
    rows = [*shift_rows(pack), *sum_rows(pack)]

    files = words_in(print_pack(pack, holder="W", academy="A", at=NOON)) + repr(rows) + repr(words_of_pack(pack))

    for secret in ("Low Tide", "Salt Water", "Ask before the door", "A word between us", "Tomasz", "EX-"):
        assert secret not in files


def test_the_same_record_and_moment_give_the_same_sheet(mentorship):
    make_signed_shift(mentorship)
    pack = own_pack(mentorship.learner)

    assert print_pack(pack, holder="W", academy="A", at=NOON) == print_pack(pack, holder="W", academy="A", at=NOON)


def test_a_name_that_no_face_draws_does_not_stop_the_sheet(mentorship):
    make_signed_shift(mentorship)

    text = words_in(print_pack(own_pack(mentorship.learner), holder="Wren \N{CUNEIFORM SIGN A}", academy="A", at=NOON))

    assert "Wren \N{WHITE SQUARE}" in text


def read_csv(answer) -> list[dict[str, str]]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_each_shift_is_a_row_of_facts(mentorship):
    pack = own_pack(mixed(mentorship))

    rows = read_csv(as_csv("x", shift_columns(), shift_rows(pack)))

    assert [row["Date"] for row in rows] == ["2026-11-18", "2026-11-19", "2026-11-20", "2026-11-20"]
    assert sum(Decimal(row["Hours"]) for row in rows) == Decimal("25.50")
    assert (rows[3]["Code"], rows[3]["Role"], rows[3]["Full nudity"], rows[3]["Kiss"]) == (
        "PRJ-BBB",
        "Observe",
        "4",
        "0",
    )
    assert (rows[0]["Region"], rows[0]["Competencies claimed"]) == ("United States", "SAG-1; SAG-4; SKSIC6")
    assert {row["Seal now"] for row in rows} == {"Holds"}


def test_the_sums_begin_with_the_whole(mentorship):
    rows = read_csv(as_csv("x", sum_columns(), sum_rows(own_pack(mixed(mentorship)))))

    assert rows[0] == {
        "Area": "All signed shifts", "What": "", "Shifts": "4", "Days": "3", "Hours": "25.50", "Scenes": "",
    }  # fmt: skip
    assert {"Area": "By role", "What": "Observed", "Shifts": "1", "Days": "1", "Hours": "2.50", "Scenes": ""} in rows


def test_a_code_or_a_name_is_never_a_formula(mentorship):
    mentor = mentorship.mentor
    User.objects.filter(pk=mentor.person_id).update(display_name="=HYPERLINK(1)")
    mentor.shows_name = True
    mentor.save()
    make_signed_shift(mentorship, production=make_production(learner=mentorship.learner, code="-1A", at=NOON))

    (row,) = read_csv(as_csv("x", shift_columns(), shift_rows(own_pack(mentorship.learner))))

    assert (row["Code"], row["Mentor"]) == ("'-1A", "'=HYPERLINK(1)")
