"""Is a new version written as a list, published once, and nobody moved by it?"""

from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction

from certificates import drafting
from certificates.drafting import (
    CannotDraft,
    add_line,
    begin_draft,
    change_line,
    discard_draft,
    name_draft,
    publish_draft,
    remove_line,
    shift_line,
)
from certificates.eligibility import CannotPublish, current_set, set_for
from certificates.flags import outdated
from certificates.guards import missing_guards, set_guards
from certificates.issuing import row_digest
from certificates.models import Certificate, DraftLine, Requirement, RequirementDraft, RequirementSet
from certificates.requirements import BadTerms
from cms.accounts import history
from cms.accounts.models import Entry
from tests.courses.races import meet_in, side_by_side, take_locks_away
from tests.factories.certificates import make_certificate, make_rules
from tests.factories.courses import make_enrolment, make_programme
from tests.factories.people import NOON, make_registrar

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
DAYS = ("shadow_days", {"days": 20})


def make_draft(**rules) -> RequirementDraft:
    programme = make_programme()
    make_rules(programme, **({"requirements": [("modules", {}), DAYS]} | rules))
    return begin_draft(programme=programme, by=make_registrar(), at=NOON)


def said(draft: RequirementDraft) -> list[tuple[str, dict]]:
    return list(draft.lines.order_by("position").values_list("kind", "terms"))


def publish(draft: RequirementDraft, *, holds_from=NOON, at=NOON) -> RequirementSet:
    return publish_draft(draft=draft, holds_from=holds_from, by=draft.begun_by, at=at)


def test_a_draft_begins_as_a_copy_of_the_newest_version() -> None:
    draft = make_draft()

    assert said(draft) == [("modules", {}), DAYS]
    assert (draft.version, draft.based_on.version, draft.is_example) == ("2026.2", "2026.1", True)
    assert begin_draft(programme=draft.programme, by=make_registrar(), at=NOON + DAY) == draft


def test_the_first_draft_of_a_programme_is_empty_and_no_example() -> None:
    draft = begin_draft(programme=make_programme(), by=make_registrar(), at=NOON)

    assert (said(draft), draft.version, draft.based_on, draft.is_example) == ([], "2026.1", None, False)
    with pytest.raises(CannotPublish, match="would certify everybody"):
        publish(draft)


def test_lines_are_added_changed_ordered_and_taken_out() -> None:
    draft = make_draft()
    quizzes = add_line(draft=draft, kind="quizzes", terms={"mark": 80})
    days = draft.lines.get(kind="shadow_days")

    shift_line(line=quizzes, up=True)
    assert [kind for kind, _terms in said(draft)] == ["modules", "quizzes", "shadow_days"]
    shift_line(line=DraftLine.objects.get(kind="modules"), up=True)  # the first stays
    shift_line(line=days, up=False)  # so does the last
    assert [kind for kind, _terms in said(draft)] == ["modules", "quizzes", "shadow_days"]
    shift_line(line=DraftLine.objects.get(kind="modules"), up=False)
    change_line(line=days, terms={"days": 12})
    remove_line(line=quizzes)
    remove_line(line=quizzes)

    assert said(draft) == [("modules", {}), ("shadow_days", {"days": 12})]
    with pytest.raises(CannotDraft, match="taken out"):
        change_line(line=quizzes, terms={})


def test_what_cannot_be_read_never_gets_into_a_draft() -> None:
    draft = make_draft()

    with pytest.raises(BadTerms):
        add_line(draft=draft, kind="quizzes", terms={"mark": 101})
    with pytest.raises(BadTerms):
        change_line(line=draft.lines.get(kind="shadow_days"), terms={"days": "many"})

    assert said(draft) == [("modules", {}), DAYS]


def test_a_draft_does_not_grow_without_end(monkeypatch) -> None:
    monkeypatch.setattr(drafting, "MOST_LINES", 2)

    with pytest.raises(CannotDraft, match="too many"):
        add_line(draft=make_draft(), kind="quizzes", terms={})


@pytest.mark.parametrize(("version", "why"), [("2026.1", "published already"), ("  ", "Give the version a name")])
def test_a_draft_is_named_as_no_other_version(version: str, why: str) -> None:
    with pytest.raises(CannotDraft, match=why):
        name_draft(draft=make_draft(), version=version, is_example=True)


def test_publishing_copies_the_draft_and_moves_nobody() -> None:
    draft = make_draft(at=NOON - 40 * DAY)
    enrolment = make_enrolment(programme=draft.programme, at=NOON - 10 * DAY)
    before = set_for(enrolment)
    name_draft(draft=draft, version="Spring", is_example=False)

    published = publish(draft, holds_from=NOON + DAY)

    assert list(published.requirements.order_by("position").values_list("kind", "terms")) == [("modules", {}), DAYS]
    assert (published.version, published.is_example, published.size) == ("Spring", False, 2)
    assert set_for(enrolment) == before
    assert current_set(draft.programme, NOON) == before
    assert current_set(draft.programme, NOON + DAY) == published
    assert set_for(make_enrolment(programme=draft.programme, at=NOON + DAY)) == published
    assert publish(draft, holds_from=NOON + 5 * DAY) == published
    [entry] = history.entries_about(published)
    assert (entry.verb, entry.at, entry.actor) == ("requirements.published", NOON, draft.begun_by)


def test_rules_never_hold_for_a_time_that_has_passed() -> None:
    with pytest.raises(CannotPublish, match="has passed"):
        publish(make_draft(), holds_from=NOON - DAY)


def test_a_closed_draft_stays_as_it_is() -> None:
    published, given_up = make_draft(), make_draft()
    publish(published)
    discard_draft(draft=given_up, by=given_up.begun_by, at=NOON)
    discard_draft(draft=given_up, by=given_up.begun_by, at=NOON + DAY)

    for draft in (published, given_up):
        with pytest.raises(CannotDraft, match="closed"):
            add_line(draft=draft, kind="quizzes", terms={})
        with pytest.raises(CannotDraft, match="closed"):
            remove_line(line=draft.lines.get(kind="modules"))
        with pytest.raises(CannotDraft, match="closed"):
            shift_line(line=draft.lines.get(kind="modules"), up=False)
        with pytest.raises(CannotDraft, match="closed"):
            name_draft(draft=draft, version="Else", is_example=True)
    with pytest.raises(CannotDraft, match="was published"):
        discard_draft(draft=published, by=given_up.begun_by, at=NOON)
    with pytest.raises(CannotPublish, match="given up"):
        publish(given_up)
    assert Entry.objects.filter(verb="requirements.draft_discarded").count() == 1
    assert begin_draft(programme=given_up.programme, by=make_registrar(), at=NOON) != given_up


def test_new_rules_flag_the_certificates_before_them_and_alter_none() -> None:
    certificate = make_certificate(at=NOON)
    before = (row_digest(certificate), certificate.evaluated, certificate.requirement_set_id)
    draft = begin_draft(programme=certificate.enrolment.programme, by=make_registrar(), at=NOON)
    add_line(draft=draft, kind="shadow_days", terms={"days": 40})

    published = publish(draft, holds_from=NOON + DAY)

    certificate = Certificate.objects.get(pk=certificate.pk)
    assert (row_digest(certificate), certificate.evaluated, certificate.requirement_set_id) == before
    assert list(outdated(NOON)) == []
    assert list(outdated(NOON + DAY)) == [certificate]
    assert published.certificates.count() == 0


# What the database refuses ----------------------------------------------------------------------------------


@pytest.fixture
def guarded():
    """A test that really commits may have left the guards lifted in a database that is kept."""
    set_guards()


def test_every_guard_is_there(guarded) -> None:
    assert missing_guards() == []


@pytest.mark.parametrize(
    ("guard", "break_it"),
    [
        ("requirementset_never_changes", lambda rules: RequirementSet.objects.update(title="Another")),
        ("requirementset_never_changes", lambda rules: RequirementSet.objects.update(size=9)),
        ("requirement_never_changes", lambda rules: Requirement.objects.update(terms={"days": 1})),
        ("requirement_never_goes", lambda rules: Requirement.objects.filter(requirement_set=rules).delete()),
        ("requirement_never_goes", lambda rules: rules.requirements.last().delete()),
        (
            "requirement_never_joins_a_published_set",
            lambda rules: rules.requirements.create(position=3, kind="quizzes", terms={}),
        ),
    ],
)
def test_published_rules_never_change(guarded, guard: str, break_it) -> None:
    rules = make_rules(make_programme(), requirements=[("modules", {}), DAYS])

    with pytest.raises(IntegrityError, match=guard), transaction.atomic():
        break_it(rules)

    assert RequirementSet.objects.get().requirements.count() == 2


def test_published_rules_never_go(guarded) -> None:
    make_rules(make_programme())

    with (
        pytest.raises(IntegrityError, match="requirementset_never_goes"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM certificates_requirementset")


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({}, "requirementdraft_one_open_for_a_programme|programme_id"),
        ({"closed_at": NOON}, "requirementdraft_closed_at_and_by_together"),
        ({"closed_by": True}, "requirementdraft_closed_at_and_by_together"),
        ({"closed_at": NOON - DAY, "closed_by": True}, "requirementdraft_closed_at_and_by_together"),
        ({"published_as": True}, "requirementdraft_"),
    ],
)
def test_a_draft_that_cannot_be_is_refused(fields: dict, constraint: str) -> None:
    draft = make_draft()
    fields = {name: draft.begun_by if name == "closed_by" else value for name, value in fields.items()}
    if "published_as" in fields:
        fields["published_as"] = draft.based_on
    values = {"programme": draft.programme, "version": "1", "begun_at": NOON, "begun_by": draft.begun_by} | fields

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        RequirementDraft.objects.create(**values)


def test_each_place_in_a_draft_is_taken_once() -> None:
    draft = make_draft()

    with pytest.raises(IntegrityError), transaction.atomic():
        draft.lines.create(position=1, kind="quizzes")


# At once ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_four_publish_at_once_and_all_get_the_one_version() -> None:
    draft = make_draft()

    answers = side_by_side(*(partial(publish, draft) for _ in range(4)))

    assert {answer.pk for answer in answers} == {RequirementSet.objects.get(version="2026.2").pk}
    assert Entry.objects.filter(verb="requirements.published").count() == 2


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_one_of_two_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    draft = make_draft()
    take_locks_away(monkeypatch)
    meet_in(monkeypatch, drafting, "_locked")

    answers = side_by_side(partial(publish, draft), partial(publish, draft))

    assert sum(not isinstance(answer, RequirementSet) for answer in answers) == 1
    assert RequirementSet.objects.filter(version="2026.2").count() == 1
