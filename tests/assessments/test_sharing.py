"""How is a signed record shown to somebody for a while, what does the link show, and when does it end?"""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from assessments import sharing
from assessments.models import EvidenceShare, Mentorship, Shift, ShownName
from assessments.packs import Part
from assessments.sharing import (
    CannotShare,
    digest_of,
    end_share,
    make_share,
    name_shown,
    note_opened,
    open_share,
    shared_pack,
)
from cms.accounts import history
from cms.accounts.models import Entry, User
from tests.courses.races import meet_in, side_by_side, take_locks_away
from tests.factories.courses import make_enrolment
from tests.factories.people import NOON, make_person
from tests.factories.shifts import make_mentor, make_mentorship, make_shift, make_signed_shift
from tests.unguarded import lift_guards

pytestmark = pytest.mark.django_db


@pytest.fixture
def mentorship() -> Mentorship:
    return make_mentorship(mentor=make_mentor(), enrolment=make_enrolment(learner=make_person("Wren")))


@pytest.fixture
def shift(mentorship) -> Shift:
    return make_signed_shift(mentorship)


def make(shift: Shift, *parts: Part, **changes: object) -> sharing.Made:
    given = {
        "learner": shift.learner,
        "purpose": "The registry",
        "days": 30,
        "shows": {str(shift.record): list(parts or (Part.DATE,))},
        "once": "a form",
        "at": NOON,
    }
    return make_share(**given | changes)


def test_a_link_is_kept_as_a_digest_and_opens_by_its_token(shift):
    made = make(shift, Part.ROLE, Part.DATE)

    row = EvidenceShare.objects.values().get()
    assert len(made.token) == 43
    assert made.token not in str(row)
    assert (row["digest"], row["shows"]) == (digest_of(made.token), {str(shift.record): ["DATE", "ROLE"]})
    assert open_share(token=made.token, at=NOON) == made.share
    assert made.token not in str(list(Entry.objects.values_list("facts", flat=True)))


def test_making_it_twice_with_the_same_form_makes_one(shift):
    first, second = make(shift), make(shift)

    assert first == second
    assert EvidenceShare.objects.count() == 1
    assert [entry.verb for entry in history.entries_about(first.share)] == ["share.made"]


@pytest.mark.parametrize(
    "changes",
    [{"purpose": "Another"}, {"days": 29}, {"shows": {}}, {"once": "another form"}, {"shown_name": "CERTIFICATE"}],
)
def test_with_anything_else_said_it_is_another_link(shift, changes):
    User.objects.filter(pk=shift.learner_id).update(certificate_name="Wren A.")
    shift.learner.refresh_from_db()

    assert make(shift).token != make(shift, **changes).token


def test_two_learners_never_share_a_token(shift):
    other = make_signed_shift(make_mentorship())

    assert make(shift, shows={}).token != make(other, shows={}).token


def test_a_link_works_until_its_last_moment(shift):
    made = make(shift, days=2)

    assert open_share(token=made.token, at=NOON + timedelta(days=2, microseconds=-1)) == made.share
    assert open_share(token=made.token, at=NOON + timedelta(days=2)) is None


def test_an_ended_link_opens_nothing_and_ending_it_again_changes_nothing(shift):
    made = make(shift)
    end_share(share=made.share, at=NOON)

    again = end_share(share=made.share, at=NOON + timedelta(hours=1))

    assert open_share(token=made.token, at=NOON) is None
    assert again.ended_at == NOON
    assert [entry.verb for entry in history.entries_about(made.share)] == ["share.made", "share.ended"]


@pytest.mark.parametrize("later", [timedelta(), timedelta(days=31)])
def test_a_form_sent_again_after_the_end_opens_nothing_anew(shift, later):
    made = make(shift)
    if not later:
        end_share(share=made.share, at=NOON)

    with pytest.raises(CannotShare, match="has ended"):
        make(shift, at=NOON + later)


def test_the_link_of_a_closed_account_opens_nothing(shift):
    made = make(shift)
    User.objects.filter(pk=shift.learner_id).update(is_active=False)

    assert open_share(token=made.token, at=NOON) is None


@pytest.mark.parametrize("token", ["", "x", "a" * 43, "a\x00b"])
def test_an_unknown_token_opens_nothing(shift, token):
    make(shift)

    assert open_share(token=token, at=NOON) is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"purpose": " "}, "purpose"),
        ({"purpose": "x" * 81}, "purpose"),
        ({"days": 0}, "days"),
        ({"days": 91}, "days"),
        ({"shown_name": ShownName.CERTIFICATE}, "shown_name"),
        ({"shows": {"00000000-0000-0000-0000-000000000000": ["DATE"]}}, "shows"),
    ],
)
def test_what_cannot_be_shared_is_refused_where_it_belongs(shift, changes, field):
    with pytest.raises(CannotShare) as refusal:
        make(shift, **changes)

    assert refusal.value.field == field
    assert not EvidenceShare.objects.exists()


def test_only_ones_own_signed_shifts_with_a_holding_seal_are_shared(shift, mentorship):
    foreign, draft = make_signed_shift(make_mentorship()), make_shift(make_mentorship())
    altered = make_signed_shift(mentorship, on=shift.worked_on - timedelta(days=1))
    lift_guards()
    Shift.objects.filter(pk=altered.pk).update(break_minutes=0)

    for other in (foreign, draft, altered):
        with pytest.raises(CannotShare):
            make(shift, shows={str(other.record): ["DATE"]})


def test_a_part_that_is_none_is_refused(shift):
    with pytest.raises(CannotShare):
        make(shift, shows={str(shift.record): ["TITLE"]})


def test_a_mentors_name_is_shown_while_they_let_it(shift):
    mentor = shift.mentorship.mentor
    with pytest.raises(CannotShare):
        make(shift, Part.MENTOR)
    mentor.shows_name = True
    mentor.save()

    share = make(shift, Part.MENTOR).share
    while_shown = shared_pack(share).lines[0].mentor
    mentor.shows_name = False
    mentor.save()

    assert while_shown == "Tomasz"
    assert shared_pack(share).lines[0].mentor is None


def test_the_name_is_the_one_chosen_as_it_is_today(shift):
    learner = shift.learner
    learner.certificate_name = "Wren Ana Núñez"
    learner.save()
    by_certificate = make(shift, shown_name=ShownName.CERTIFICATE).share
    by_display = make(shift).share
    learner.certificate_name, learner.display_name = "Ren Núñez", "Ren"
    learner.save()

    names = [name_shown(EvidenceShare.objects.get(pk=share.pk)) for share in (by_certificate, by_display)]

    assert names == ["Ren Núñez", "Ren"]


def test_each_opening_is_counted_with_the_last_moment(shift):
    share = make(shift).share
    for hours in (1, 2):
        note_opened(share=share, at=NOON + timedelta(hours=hours))

    share.refresh_from_db()
    assert (share.opened_count, share.opened_at) == (2, NOON + timedelta(hours=2))


def test_history_holds_no_name_and_no_purpose(shift):
    made = make(shift, purpose="For Aunt Ludmilla")
    end_share(share=made.share, at=NOON)

    told = [entry.facts for entry in history.entries_about(made.share)]

    assert "Ludmilla" not in str(told)
    assert told[0].keys() == {"days", "shifts", "shows"}


@pytest.mark.parametrize(
    "changes",
    [
        {"expires_at": NOON},
        {"opened_count": 1, "opened_at": None},
        {"opened_count": 0, "opened_at": NOON},
    ],
)
def test_the_database_refuses_a_link_that_cannot_be(shift, changes):
    share = make(shift).share

    with pytest.raises(IntegrityError), transaction.atomic():
        EvidenceShare.objects.filter(pk=share.pk).update(**changes)


def test_two_links_cannot_have_one_digest(shift):
    share = make(shift).share
    share.pk = None

    with pytest.raises(IntegrityError), transaction.atomic():
        share.save(force_insert=True)


@pytest.mark.django_db(transaction=True)
def test_a_form_sent_twice_at_once_makes_one_link(shift):
    answers = side_by_side(lambda: make(shift), lambda: make(shift))

    assert answers[0] == answers[1]
    assert EvidenceShare.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_one_who_sends_it_twice_is_hurt(shift, monkeypatch):
    take_locks_away(monkeypatch)
    meet_in(monkeypatch, sharing, "_token")

    answers = side_by_side(lambda: make(shift), lambda: make(shift))

    assert any(isinstance(answer, Exception) for answer in answers)
    assert EvidenceShare.objects.count() == 1
