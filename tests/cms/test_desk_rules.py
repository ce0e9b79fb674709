"""Does a registrar write, foresee and publish rules, move people and waive, without a script and without raw JSON?"""

from datetime import timedelta

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from assessments.agreements import publish_agreement
from certificates.allowing import waive_requirement
from certificates.drafting import begin_draft, publish_draft
from certificates.eligibility import current_set, set_for, verdict_on
from certificates.issuing import issue_certificate
from certificates.models import Allowance, DraftLine, RequirementDraft, RequirementKind, RequirementSet, RulesMove
from certificates.requirements import KINDS, BadTerms, Field, PickSome, State, Text, Tick
from cms.desk.rules import foreseen as foreseen_page
from cms.desk.rules.term_forms import TermsForm
from tests.certificates.test_requirements import EXAMPLES
from tests.factories.certificates import make_certificate, make_ready, make_rules, make_signing_key
from tests.factories.courses import make_enrolment, make_programme
from tests.factories.desk import at_the_desk, yesterday
from tests.factories.people import make_person, make_registrar

pytestmark = pytest.mark.django_db
DAYS = ("shadow_days", {"days": 20, "roles": {"OBSERVE": {"max": 0}, "ASSIST": {"min": 8}}, "scenes": {"KISS": 2}})
RULES = [("modules", {}), DAYS]


def url(name: str, *args: object) -> str:
    return reverse(f"desk:{name}", args=args)


def make_draft(requirements=RULES) -> RequirementDraft:
    programme = make_programme()
    make_rules(programme, requirements=requirements)
    return begin_draft(programme=programme, by=make_registrar(), at=timezone.now())


def posted(form: TermsForm) -> dict[str, object]:
    """What a browser sends for a form that nobody has touched."""
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in values.items() if value is not None and value is not False}


# Terms ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "terms"), [*EXAMPLES, DAYS])
def test_every_kind_is_typed_in_its_own_fields_and_read_back_as_it_was(kind: str, terms: dict) -> None:
    publish_agreement(slug="ethics-code", title="Ethics", text="I ask.", at=timezone.now())
    shown = TermsForm(RequirementKind(kind), terms=terms)

    sent = TermsForm(RequirementKind(kind), posted(shown))

    assert sent.is_valid(), sent.errors
    meant = {name: value for name, value in terms.items() if value}
    if "roles" in meant:
        meant["roles"] = {
            role: kept
            for role, limits in meant["roles"].items()
            if (kept := {part: n for part, n in limits.items() if n or part == "max"})
        }
    assert sent.terms == meant
    assert [group.label for group in shown.groups()] == [str(field.label) for field in shown._declared]


@pytest.mark.parametrize(
    ("kind", "sent", "field"),
    [
        ("shadow_days", {}, "days"),
        ("shadow_days", {"days": "many"}, "days"),
        ("shadow_days", {"days": "5", "roles__LEAD__min": "-1"}, "roles__LEAD__min"),
        ("shadow_days", {"days": "5", "roles__LEAD__min": "3", "roles__LEAD__max": "2"}, "__all__"),
        ("quizzes", {"mark": "101"}, "mark"),
        ("agreement", {"slug": ""}, "slug"),
        ("agreement", {"slug": "never-published"}, "slug"),
    ],
)
def test_terms_that_cannot_be_are_refused_at_their_field(kind: str, sent: dict, field: str) -> None:
    form = TermsForm(RequirementKind(kind), sent)

    assert not form.is_valid()
    assert list(form.errors) == [field]
    assert form.terms == {}


class EveryField:
    """A kind with one of each field that no kind of today has."""

    FIELDS = (
        Text(name="what", label="What", longest=9, needed=True),
        Tick(name="sure", label="Sure"),
        PickSome(name="some", label="Some", choices=lambda: [("A", "One"), ("B", "Two"), ("C", "Three")]),
    )

    def __init__(self, terms) -> None:
        if terms.get("what") == "no":
            raise BadTerms("Not that.", term="what")


@pytest.mark.parametrize("terms", [{"what": "yes"}, {"what": "yes", "sure": True, "some": ["A", "C"]}])
def test_a_kind_that_comes_later_has_its_form_by_declaring_it(monkeypatch, terms: dict) -> None:
    monkeypatch.setitem(KINDS, RequirementKind.MODULES, EveryField)
    shown = posted(TermsForm(RequirementKind.MODULES, terms=terms))
    sent = QueryDict(mutable=True)
    for name, value in shown.items():
        sent.setlist(name, value if isinstance(value, list) else [value])

    form = TermsForm(RequirementKind.MODULES, sent)
    refused = TermsForm(RequirementKind.MODULES, QueryDict("what=no"))

    assert form.is_valid()
    assert form.terms == terms
    assert refused.errors == {"what": ["Not that."]}


def test_a_field_that_nothing_draws_is_found_at_once(monkeypatch) -> None:
    monkeypatch.setattr(EveryField, "FIELDS", (Field(name="x", label="X"),))
    monkeypatch.setitem(KINDS, RequirementKind.MODULES, EveryField)

    with pytest.raises(TypeError, match="Field"):
        TermsForm(RequirementKind.MODULES)


# A draft ----------------------------------------------------------------------------------------------------


def test_a_registrar_writes_a_version_and_publishes_it(client) -> None:
    programme = make_programme()
    make_rules(programme, requirements=RULES)
    at_the_desk(client)

    page = client.post(url("requirement_draft_begin", programme.pk), follow=True)
    draft = RequirementDraft.objects.get()
    assert page.redirect_chain == [(url("requirement_draft", draft.pk), 302)]
    assert "20, of which at least 8 assisting" in page.text

    client.post(url("requirement_line_add", draft.pk, "quizzes"), {"mark": "85"})
    quizzes = DraftLine.objects.get(kind="quizzes")
    client.post(url("requirement_line_shift", quizzes.pk), {"to": "up"})
    changed = client.post(url("requirement_line", DraftLine.objects.get(kind="shadow_days").pk), {"days": "12"})
    assert changed.url == url("requirement_draft", draft.pk)
    client.post(url("requirement_line_remove", DraftLine.objects.get(kind="modules").pk))
    client.post(url("requirement_draft_name", draft.pk), {"version": "Spring", "is_example": "on"})
    day = timezone.localdate() + timedelta(days=30)

    first = client.post(url("requirement_draft_publish", draft.pk), {"holds_from": day.isoformat()})
    assert RequirementSet.objects.count() == 1
    assert "nobody is moved" in first.text
    done = client.post(url("requirement_draft_publish", draft.pk), {"holds_from": day.isoformat(), "sure": "yes"})

    published = RequirementSet.objects.get(version="Spring")
    assert done.url == url("requirement_set", published.pk)
    assert list(published.requirements.order_by("position").values_list("kind", "terms")) == [
        ("quizzes", {"mark": 85}),
        ("shadow_days", {"days": 12}),
    ]
    assert timezone.localtime(published.published_at).date() == day
    assert current_set(programme).version == "2026.1"


def test_a_refused_requirement_keeps_what_was_typed(client) -> None:
    draft = make_draft()
    at_the_desk(client)

    page = client.post(
        url("requirement_line_add", draft.pk, "shadow_days"), {"days": "5", "roles__LEAD__min": "9", "mentors": "3"}
    )

    assert page.status_code == 422
    assert "The minimums of the roles add up to more than “days”." in page.text
    assert page.context["form"]["roles__LEAD__min"].value() == "9"
    assert draft.lines.count() == 2


@pytest.mark.parametrize("holds_from", ["", "2020-01-01", "tomorrow"])
def test_rules_are_published_for_today_or_later(client, holds_from: str) -> None:
    draft = make_draft()
    at_the_desk(client)

    page = client.post(url("requirement_draft_publish", draft.pk), {"holds_from": holds_from, "sure": "yes"})

    assert page.status_code == 422
    assert RequirementSet.objects.count() == 1


def test_a_version_there_is_refused_at_publishing_with_a_sentence(client) -> None:
    draft = make_draft()
    make_rules(draft.programme, version=draft.version, at=timezone.now())
    at_the_desk(client)
    today = timezone.localdate().isoformat()

    page = client.post(url("requirement_draft_publish", draft.pk), {"holds_from": today, "sure": "yes"})

    assert page.status_code == 422
    assert f"Version {draft.version} is published already." in page.text


def test_a_name_that_is_taken_is_refused_at_its_field(client) -> None:
    draft = make_draft()
    at_the_desk(client)

    page = client.post(url("requirement_draft_name", draft.pk), {"version": "2026.1"})

    assert page.status_code == 422
    assert page.context["form"].errors["version"] == ["Version 2026.1 is published already."]


def test_a_draft_is_given_up_and_no_longer_changed(client) -> None:
    draft = make_draft()
    at_the_desk(client)

    client.post(url("requirement_draft_discard", draft.pk))
    added = client.post(url("requirement_line_add", draft.pk, "modules"))
    line = draft.lines.first()
    moved = client.post(url("requirement_line_shift", line.pk), {"to": "down"}, follow=True)
    gone = client.post(url("requirement_line_remove", line.pk), follow=True)
    changed = client.post(url("requirement_line", line.pk))
    publish = client.get(url("requirement_draft_publish", draft.pk))

    assert added.status_code == changed.status_code == 422
    assert "This draft is closed." in moved.text
    assert "This draft is closed." in gone.text
    assert "This draft is closed." in publish.text
    assert draft.lines.count() == 2
    again = client.post(url("requirement_draft_begin", draft.programme_id))
    assert again.url != url("requirement_draft", draft.pk)


def test_what_was_published_is_not_given_up(client) -> None:
    draft = make_draft()
    at = timezone.now()
    publish_draft(draft=draft, holds_from=at, by=draft.begun_by, at=at)
    at_the_desk(client)

    page = client.post(url("requirement_draft_discard", draft.pk))

    assert page.status_code == 422
    assert "A published version stays." in page.text


def test_a_kind_there_is_not_is_not_found(client) -> None:
    at_the_desk(client)

    assert client.get(url("requirement_line_add", make_draft().pk, "dancing")).status_code == 404


# Foreseen ---------------------------------------------------------------------------------------------------


def test_learners_are_foreseen_without_name_or_key(client, monkeypatch) -> None:
    programme = make_programme()
    make_rules(programme)
    names = ["Wren Abernathy", "Ottoline Vale", "Cosmo Fairlie"]
    for name in names:
        make_ready(learner=make_person(name), programme=programme, at=yesterday())
    draft = begin_draft(programme=programme, by=make_registrar(), at=timezone.now())
    draft.lines.create(position=9, kind="shadow_days", terms={"days": 3})
    monkeypatch.setattr(foreseen_page, "PER_PAGE", 2)
    at_the_desk(client)

    page = client.get(url("requirement_draft_foreseen", draft.pk))
    second = client.get(url("requirement_draft_foreseen", draft.pk), {"p": 2, "state": "no_longer"})

    assert page.context["summary"] == [
        "0 of 3 learners would pass.",
        "3 pass under their own rules now and no longer would.",
        "0 would newly pass.",
    ]
    assert [line.label for line in page.context["lines"]] == ["Learner 1", "Learner 2"]
    assert [line.label for line in second.context["lines"]] == ["Learner 3"]
    assert "0 of 3 days." in page.text
    assert not [name for name in names if name in page.text + second.text]
    assert "learners/" not in page.text.split("desk-findings")[1].split("</ul>")[0]


@pytest.mark.parametrize("learners", [1, 3])
@pytest.mark.parametrize(
    ("name", "queries"),
    [
        ("requirement_set_foreseen", 22),
        ("requirement_move", 14),
        ("requirement_set", 15),
        ("requirement_programme", 14),
    ],
)
def test_a_page_asks_as_often_for_three_learners_as_for_one(
    client, django_assert_num_queries, name: str, queries: int, learners: int
) -> None:
    programme = make_programme()
    make_rules(programme, requirements=RULES)
    for _ in range(learners):
        make_ready(programme=programme, at=yesterday())
    newer = make_rules(programme, version="2", requirements=RULES, at=timezone.now())
    at_the_desk(client)

    with django_assert_num_queries(queries):
        page = client.get(url(name, programme.pk if name == "requirement_programme" else newer.pk))

    assert page.status_code == 200


# Moves ------------------------------------------------------------------------------------------------------


def to_be_moved():
    """One who has met everything and one who has not, and the newer rules."""
    programme = make_programme()
    old = make_rules(programme)
    ready = make_ready(learner=make_person("Wren"), programme=programme, at=yesterday())
    other = make_enrolment(learner=make_person("Ottoline"), programme=programme, at=yesterday())
    new = make_rules(programme, version="2", requirements=RULES, at=timezone.now())
    return ready, other, old, new


def answers(old, new, *learners, **others):
    study, days = old.requirements.get().pk, new.requirements.get(kind="shadow_days").pk
    said = {"learners": [each.pk for each in learners], f"stands_{study}": days, f"met_{study}": "on", "reason": "So."}
    return said | others


def test_a_move_shows_what_it_changes_for_each_and_then_does_it(client) -> None:
    ready, other, old, new = to_be_moved()
    registrar = at_the_desk(client)
    here = url("requirement_move", new.pk)

    first = client.get(here)
    seen = client.post(here, answers(old, new, ready, other))
    back = client.post(here, answers(old, new, ready, other, sure="yes", again="yes"))
    assert RulesMove.objects.count() == 0
    done = client.post(here, answers(old, new, ready, other, sure="yes"), follow=True)

    assert "Wren" in first.text
    assert [(line.name, line.now, line.then) for line in seen.context["lines"]] == [
        ("Ottoline", "1 missing", "2 missing"),
        ("Wren", "Everything met", "Everything met"),
    ]
    assert "Met under rule set 2026.1, and kept by the registrar" in seen.text
    assert not back.context["sure"]
    assert "2 learners were moved, and written to." in done.text
    assert {set_for(each) for each in (ready, other)} == {new}
    assert [move.moved_by for move in RulesMove.objects.all()] == [registrar] * 2
    assert verdict_on(ready).met
    assert not verdict_on(other).met
    page = client.get(url("learner_detail", ready.pk)).text
    assert "Moved on" in page
    assert f"kept on {timezone.localdate():%-d %B %Y} by Philippa" in page


def test_a_move_without_learner_or_reason_is_refused(client) -> None:
    _ready, _other, old, new = to_be_moved()
    at_the_desk(client)

    page = client.post(url("requirement_move", new.pk), answers(old, new, reason="", sure="yes"))

    assert page.status_code == 422
    assert set(page.context["form"].errors) == {"learners", "reason"}
    assert RulesMove.objects.count() == 0


def test_a_registrar_on_the_programme_stays_and_the_others_move(client) -> None:
    ready, other, old, new = to_be_moved()
    at_the_desk(client, ready.learner)
    ready.learner.groups.add(make_registrar().groups.get())

    done = client.post(url("requirement_move", new.pk), answers(old, new, ready, other, sure="yes"), follow=True)

    assert "Wren: Nobody moves themselves." in done.text
    assert (set_for(ready), set_for(other)) == (old, new)


def test_nobody_is_moved_to_rules_to_come_or_where_everybody_is(client) -> None:
    programme = make_programme()
    only = make_rules(programme)
    coming = make_rules(programme, version="2", at=timezone.now() + timedelta(days=9))
    make_enrolment(programme=programme, at=yesterday())
    at_the_desk(client)

    assert "do not hold yet" in client.get(url("requirement_move", coming.pk)).text
    assert "Nobody is on the programme under another version." in client.get(url("requirement_move", only.pk)).text


# Waivers ----------------------------------------------------------------------------------------------------


def test_a_waiver_is_made_and_withdrawn(client) -> None:
    enrolment = make_ready(requirements=RULES, at=yesterday())
    days = set_for(enrolment).requirements.get(kind="shadow_days")
    at_the_desk(client)
    here = url("requirement_waive", enrolment.pk)

    asked = client.get(here).text
    first = client.post(here, {"requirement": days.pk, "reason": "No set near."})
    assert Allowance.objects.count() == 0
    client.post(here, {"requirement": days.pk, "reason": "No set near.", "sure": "yes"})

    allowance = Allowance.objects.get()
    assert "Shadow days: 0 of 20 days" in asked
    assert "Study" not in asked
    assert "“No set near.”" in first.text
    page = client.get(url("learner_detail", enrolment.pk)).text
    assert f"Shadow days: waived on {timezone.localdate():%-d %B %Y} by Philippa. No set near." in page
    client.post(url("allowance_withdraw", allowance.pk))
    assert verdict_on(enrolment).findings[1].state is State.NOT_YET
    assert "Ended on" in client.get(url("learner_detail", enrolment.pk)).text
    assert "withdrawn already" in client.get(url("allowance_withdraw", allowance.pk)).text


def test_nobody_waives_their_own_and_nothing_that_is_met(client) -> None:
    met = make_ready(at=yesterday())
    registrar = at_the_desk(client)
    own = make_ready(learner=registrar, requirements=RULES, at=yesterday())

    assert "Nothing is missing that could be waived." in client.get(url("requirement_waive", met.pk)).text
    assert "Nobody waives anything for themselves." in client.get(url("requirement_waive", own.pk)).text
    days = set_for(own).requirements.get(kind="shadow_days").pk
    sent = client.post(url("requirement_waive", own.pk), {"requirement": days, "reason": "Me.", "sure": "yes"})
    assert sent.status_code == 422
    assert Allowance.objects.count() == 0


def test_a_reason_that_cannot_be_signed_is_refused_with_a_sentence(client) -> None:
    enrolment = make_ready(requirements=RULES, at=yesterday())
    days = set_for(enrolment).requirements.get(kind="shadow_days").pk
    at_the_desk(client)

    sent = client.post(
        url("requirement_waive", enrolment.pk), {"requirement": days, "reason": "Gone \u202eaway", "sure": "yes"}
    )

    assert sent.status_code == 422
    assert Allowance.objects.count() == 0


def waived():
    enrolment = make_ready(learner=make_person("Wren"), requirements=RULES, at=yesterday())
    waive_requirement(
        enrolment=enrolment, requirement=set_for(enrolment).requirements.get(kind="shadow_days"),
        reason="No set near.", by=make_registrar("Judith"), at=yesterday(),
    )  # fmt: skip
    return enrolment


def test_the_learner_reads_what_was_waived_and_not_by_whom(client) -> None:
    enrolment = waived()
    client.force_login(enrolment.learner)

    page = client.get(reverse("certificates:list")).text

    assert "Waived by the registrar on" in page
    assert "No set near." in page
    assert "Judith" not in page


def test_anyone_who_checks_reads_what_was_waived_and_a_registrar_by_whom(client) -> None:
    make_signing_key()
    certificate = issue_certificate(
        enrolment=waived(), holder_name="Wren", confirmed_by=make_registrar("Philippa"), at=timezone.now()
    )

    public = client.get(reverse("certificates:verify_number", args=[certificate.number])).text
    at_the_desk(client)
    desk = client.get(url("certificate_detail", certificate.pk)).text

    assert "Waived on" in public
    assert "Waived:" in public
    assert "Judith" not in public
    assert "by Judith. No set near." in desk


def test_a_moved_learner_reads_since_when_and_why(client) -> None:
    ready, _other, old, new = to_be_moved()
    at_the_desk(client)
    client.post(url("requirement_move", new.pk), answers(old, new, ready, sure="yes", reason="The old rules end."))
    client.force_login(ready.learner)

    page = client.get(reverse("certificates:list")).text

    assert "rule set 2 holds for you" in page
    assert "The old rules end." in page


def test_certificates_under_earlier_rules_are_listed_and_say_so(client) -> None:
    certificate = make_certificate(at=yesterday())
    other = make_certificate(at=yesterday())
    make_rules(certificate.enrolment.programme, version="2", at=timezone.now())
    at_the_desk(client)

    listed = client.get(url("certificate_list"), {"state": "outdated"}).text

    assert certificate.number in listed
    assert other.number not in listed
    assert "Newer rules were published since." in client.get(url("certificate_detail", certificate.pk)).text
    assert "Newer rules were published since." not in client.get(url("certificate_detail", other.pk)).text
