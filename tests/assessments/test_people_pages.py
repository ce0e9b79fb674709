"""What do learners and mentors see and do about each other? Asking, terms, check-ins, ending."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from assessments.agreements import publish_agreement
from assessments.applying import decline_application
from assessments.check_ins import record_check_in, remind_of_check_ins
from assessments.mentor_profile import announce_stop
from assessments.mentorships import holding_terms, newest_terms, propose_terms
from assessments.models import Agreement, CheckIn, MentorApplication, Mentorship
from assessments.notice import give_notice
from cms.accounts.roles import Role
from tests.factories.courses import make_enrolment
from tests.factories.mentoring import credential, make_outside_application, make_outside_mentorship
from tests.factories.people import make_person, make_registrar
from tests.factories.shifts import (
    days_ago,
    make_mentor,
    make_mentorship,
    make_waiting_shift,
    some_terms,
)

pytestmark = pytest.mark.django_db
MENTORS, QUEUE = "/shifts/mentors/", "/mentoring/"


@pytest.fixture
def at():
    return timezone.now() - timedelta(days=40)


@pytest.fixture(autouse=True)
def the_agreement(db):
    publish_agreement(slug="mentorship", title="Working together", text="We keep to this.", at=timezone.now())


@pytest.fixture
def mentorship(at) -> Mentorship:
    mentor = make_mentor(person=make_person("Tomasz"), at=at)
    return make_mentorship(mentor=mentor, enrolment=make_enrolment(learner=make_person("Wren"), at=at), at=at)


def typed(**others) -> dict:
    """The terms as a form sends them."""
    return {
        "agreement": 1, "scope": "Closed sets.", "starts_on": "2026-01-01", "ends_on": "2031-12-31",
        "check_in_days": 30, "pay": "PAID", "counts": ["OBSERVE", "ASSIST"], "cover": "AGREED", "notice_days": 14,
        "agree": "on",
    } | others  # fmt: skip


def url(name: str, *args) -> str:
    return reverse(f"assessments:{name}", args=args)


# Asking ----------------------------------------------------------------------------------------------------


def test_a_learner_reads_whom_they_ask_and_signs_the_terms_with_it(client, at):
    enrolment = make_enrolment(at=at)
    mentor = make_mentor("Tomasz", regions=["EUROPE"], conflicts="A share of an agency.", at=at)
    client.force_login(enrolment.learner)

    listed = client.get(MENTORS)
    page = client.get(url("mentor_ask", mentor.pk))
    asked = client.post(url("mentor_ask", mentor.pk), typed(enrolment=enrolment.pk), follow=True)

    assert "Elsewhere in Europe" in listed.text
    assert "agency" not in listed.text
    for words in ("A share of an agency.", "We keep to this.", "Sign and ask"):
        assert words in page.text
    assert "Tomasz" not in page.text[: page.text.index("</title>")]
    mentorship = Mentorship.objects.get()
    terms = newest_terms(mentorship)
    assert "Asked. We write to you when Tomasz answers." in asked.text
    assert (mentorship.learner, terms.counts, terms.learner_signed_at is None) == (
        enrolment.learner, ["OBSERVE", "ASSIST"], False,
    )  # fmt: skip
    assert asked.context["choices"] == []


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"agree": ""}, "agree"),
        ({"scope": " "}, "scope"),
        ({"counts": []}, "counts"),
        ({"ends_on": "2025-01-01"}, "__all__"),
        ({"pay": "UNPAID", "counts": ["COVER"]}, "__all__"),
        ({"agreement": 7}, "__all__"),
    ],
)
def test_terms_that_cannot_be_come_back_with_what_was_typed(client, at, changed, field):
    enrolment, mentor = make_enrolment(at=at), make_mentor(at=at)
    client.force_login(enrolment.learner)
    said = typed(enrolment=enrolment.pk, scope="Closed sets and hospitals.") | changed

    page = client.post(url("mentor_ask", mentor.pk), said)

    assert page.status_code == 422
    assert list(page.context["form"].errors) == [field]
    assert page.context["form"]["agreement"].value() == 1
    if "scope" not in changed:
        assert "Closed sets and hospitals." in page.text
    assert not Mentorship.objects.exists()


def test_a_tick_is_for_the_words_it_stood_under(client, at):
    enrolment, mentor = make_enrolment(at=at), make_mentor(at=at)
    client.force_login(enrolment.learner)
    publish_agreement(slug="mentorship", title="Working together", text="Newer words.", at=timezone.now())

    page = client.post(url("mentor_ask", mentor.pk), typed(enrolment=enrolment.pk))

    assert "Newer words." in page.text
    assert page.context["form"]["agreement"].value() == 2
    assert not page.context["form"]["agree"].value()


def test_where_no_agreement_is_published_nobody_is_asked(client, at):
    enrolment, mentor = make_enrolment(at=at), make_mentor(at=at)
    client.force_login(enrolment.learner)
    Agreement.objects.all().delete()

    assert "No agreement yet" in client.get(url("mentor_ask", mentor.pk)).text
    refused = client.post(url("mentor_ask", mentor.pk), typed(enrolment=enrolment.pk))
    assert refused.status_code == 422


def test_a_learner_asks_on_their_own_enrolment_only(client, at):
    mentor, other = make_mentor(at=at), make_enrolment(at=at)
    client.force_login(make_enrolment(at=at).learner)

    for enrolment in (other.pk, "x", 0):
        said = typed(enrolment=enrolment)
        assert client.post(url("mentor_ask", mentor.pk), said).status_code == 404
        assert client.get(url("mentor_ask", mentor.pk), {"enrolment": enrolment}).status_code == 404
    assert not Mentorship.objects.exists()


def test_on_two_programmes_it_is_said_for_which(client, at):
    learner = make_person()
    enrolments = [make_enrolment(learner=learner, at=at) for _number in range(2)]
    mentor = make_mentor(at=at)
    client.force_login(learner)

    listed = client.get(MENTORS).text

    assert client.get(url("mentor_ask", mentor.pk)).status_code == 404
    for enrolment in enrolments:
        assert f"?enrolment={enrolment.pk}" in listed
        page = client.get(url("mentor_ask", mentor.pk), {"enrolment": enrolment.pk})
        assert enrolment.programme.title in page.text


def test_whoever_takes_nobody_is_not_there_to_be_asked(client, at):
    enrolment = make_enrolment(at=at)
    closed, full, own = make_mentor(at=at), make_mentor(capacity=1, at=at), make_mentor(person=enrolment.learner, at=at)
    closed.takes_mentees = False
    closed.save()
    make_mentorship(mentor=full, at=at)
    client.force_login(enrolment.learner)

    for mentor in (closed, full, own):
        assert client.get(url("mentor_ask", mentor.pk)).status_code == 404
        said = typed(enrolment=enrolment.pk)
        assert client.post(url("mentor_ask", mentor.pk), said).status_code == 404


def test_a_mentor_whose_credential_has_run_out_where_they_live_is_not_asked(client, at):
    # On Kiritimati it is always a day later than in Pago Pago.
    enrolment = make_enrolment(learner=make_person(time_zone="Pacific/Pago_Pago"), at=at)
    today = timezone.now().astimezone(ZoneInfo("Pacific/Pago_Pago")).date()
    mentor = make_mentor(person=make_person("Tomasz", time_zone="Pacific/Kiritimati"), expires_on=today, at=at)
    client.force_login(enrolment.learner)

    page = client.post(url("mentor_ask", mentor.pk), typed(enrolment=enrolment.pk))

    assert "takes nobody new at the moment" in page.text
    assert not Mentorship.objects.exists()


def test_somebody_on_no_programme_is_sent_to_the_programmes(client):
    client.force_login(make_person())

    assert "First, a programme" in client.get(MENTORS).text
    assert "First, a programme" in client.get(url("outside_ask")).text
    assert client.post(url("outside_ask"), {"name": "Ines"}).status_code == 404


@pytest.mark.parametrize("people", [1, 3])
def test_mentors_take_as_many_queries_for_one_as_for_three(client, at, people, django_assert_num_queries):
    learner = make_person()
    for _person in range(people):
        enrolment = make_enrolment(learner=learner, at=at)
        make_mentor(at=at)
        make_mentorship(enrolment=enrolment, at=at)
        make_outside_application(enrolment, at=at)
    client.force_login(learner)
    client.get(MENTORS)

    # session, person, mentorships, enrolments, check-ins (3), mentors, outside, academy, is a mentor, permissions (2)
    with django_assert_num_queries(13):
        client.get(MENTORS)


# From outside ----------------------------------------------------------------------------------------------


def outside_said(enrolment, **others) -> dict:
    given = credential()
    return {
        "enrolment": enrolment.pk, "name": "Ines Marlow", "email": "ines@example.org", "words": "We met on a short.",
        "credential_number": given["credential_number"], "credential_expires_on": "2031-12-31", "regions": ["US"],
    } | others  # fmt: skip


def test_a_learner_names_somebody_and_sees_where_it_is(client, at):
    enrolment = make_enrolment(at=at)
    client.force_login(enrolment.learner)

    form = client.get(url("outside_ask"))
    page = client.post(url("outside_ask"), outside_said(enrolment), follow=True)

    assert "Send to the registrar" in form.text
    application = MentorApplication.objects.get()
    assert (application.for_enrolment, application.outside_email, application.regions) == (
        enrolment, "ines@example.org", ["US"],
    )  # fmt: skip
    assert page.redirect_chain == [(MENTORS, 302)]
    assert "With the registrar" in page.text
    assert "Ines Marlow" in page.text


def test_ones_own_address_is_refused_and_nothing_typed_is_lost(client, at):
    enrolment = make_enrolment(learner=make_person("Wren", email="wren@example.org"), at=at)
    client.force_login(enrolment.learner)

    page = client.post(url("outside_ask"), outside_said(enrolment, email="WREN@example.org"))
    empty = client.post(url("outside_ask"), outside_said(enrolment, words=""))

    assert (page.status_code, empty.status_code) == (422, 422)
    assert "an address of your own" in page.text
    assert "Ines Marlow" in page.text
    assert not MentorApplication.objects.exists()


def test_nobody_names_one_for_anothers_enrolment(client, at):
    client.force_login(make_enrolment(at=at).learner)

    answer = client.post(url("outside_ask"), outside_said(make_enrolment(at=at)))

    assert answer.status_code == 404
    assert not MentorApplication.objects.exists()


def test_a_no_is_read_with_its_reason_by_who_asked_alone(client, at):
    application = make_outside_application(at=at)
    decline_application(application=application, reason="No answer from them.", by=make_registrar(), at=timezone.now())

    client.force_login(application.for_enrolment.learner)
    assert "No answer from them." in client.get(MENTORS).text
    client.force_login(make_enrolment(at=at).learner)
    assert "Ines Marlow" not in client.get(MENTORS).text


def test_a_mentorship_with_one_from_outside_has_a_page_without_terms(client, at):
    mentorship = make_outside_mentorship(at=at)
    client.force_login(mentorship.learner)

    page = client.get(url("terms", mentorship.pk))
    refused = client.post(url("terms_new", mentorship.pk), typed())

    assert "signs each day, and no terms" in page.text
    assert "Propose other terms" not in page.text
    assert refused.status_code == 422


# Terms -----------------------------------------------------------------------------------------------------


def test_a_mentor_reads_signs_and_it_has_begun(client, at):
    asked = make_mentorship(enrolment=make_enrolment(learner=make_person("Kit"), at=at), begun=False, at=at)
    client.force_login(asked.mentor.person)

    queue = client.get(QUEUE)
    page = client.get(url("terms", asked.pk))
    unticked = client.post(url("terms_sign", asked.pk, 1))
    signed = client.post(url("terms_sign", asked.pk, 1), {"agree": "on"}, follow=True)

    assert "Kit" in queue.text
    assert url("terms", asked.pk) in queue.text
    for words in ("We keep to this.", "Closed sets, from preparation to stepping out.", "Not now: decline"):
        assert words in page.text
    assert "<title>Terms" in page.text
    assert unticked.status_code == 422
    assert "Signed. You work together now." in signed.text
    assert holding_terms(asked).version == 1
    again = client.post(url("terms_sign", asked.pk, 1), {"agree": "on"})
    assert again.status_code == 302  # calm


def test_other_terms_are_proposed_and_the_other_signs_them(client, mentorship):
    client.force_login(mentorship.mentor.person)
    form = client.get(url("terms_new", mentorship.pk))
    proposed = client.post(url("terms_new", mentorship.pk), typed(scope="Also rehearsals."), follow=True)
    client.force_login(mentorship.learner)
    page = client.get(url("terms", mentorship.pk))
    late = client.post(url("terms_sign", mentorship.pk, 2), {"agree": "on"}, follow=True)

    assert form.context["form"]["scope"].value() == "Closed sets, from preparation to stepping out."
    assert "They hold once Wren has signed too." in proposed.text
    assert page.text.index("Version 2") < page.text.index("Version 1")
    assert "Tomasz signed on" in page.text
    assert "Wren has not signed." in page.text
    assert "Also rehearsals." in page.text
    assert "Signed. These terms hold." in late.text
    assert holding_terms(mentorship).version == 2


def test_terms_that_were_replaced_are_not_signed(client, at):
    asked = make_mentorship(begun=False, at=at)
    propose_terms(mentorship=asked, terms=some_terms(notice_days=1), by=asked.learner, at=at)
    client.force_login(asked.mentor.person)

    page = client.post(url("terms_sign", asked.pk, 1), {"agree": "on"})

    assert page.status_code == 422
    assert "Other terms were proposed since" in page.text
    assert client.post(url("terms_sign", asked.pk, 3), {"agree": "on"}).status_code == 404


def test_proposed_terms_that_cannot_be_come_back(client, mentorship):
    client.force_login(mentorship.learner)

    for changed in ({"agreement": 9}, {"ends_on": "2025-01-01"}, {"agree": ""}):
        assert client.post(url("terms_new", mentorship.pk), typed(**changed)).status_code == 422
    assert mentorship.terms.count() == 1


@pytest.mark.parametrize("versions", [1, 3])
def test_terms_take_as_many_queries_for_one_version_as_for_three(
    client, mentorship, at, versions, django_assert_num_queries
):
    for number in range(versions):
        propose_terms(mentorship=mentorship, terms=some_terms(scope=f"{number}"), by=mentorship.learner, at=at)
        held_on = (at + timedelta(days=number + 1)).date()
        record_check_in(
            mentorship=mentorship, held_on=held_on, record="Well.", by=mentorship.learner, at=timezone.now()
        )
    client.force_login(mentorship.mentor.person)
    client.get(url("terms", mentorship.pk))

    # session, person, mentorship, versions, check-ins due (3), check-ins held, academy, is a mentor, permissions (2)
    with django_assert_num_queries(12):
        client.get(url("terms", mentorship.pk))


# Check-ins -------------------------------------------------------------------------------------------------


def test_a_check_in_that_is_due_is_on_both_pages_until_it_is_kept(client, mentorship):
    remind_of_check_ins(at=timezone.now())
    for person, page in ((mentorship.mentor.person, QUEUE), (mentorship.learner, MENTORS)):
        client.force_login(person)
        assert "Check-in due since" in client.get(page).text
        assert "since" in client.get(url("terms", mentorship.pk)).text

    today = timezone.localdate().isoformat()
    kept = client.post(
        url("check_in_new", mentorship.pk), {"held_on": today, "record": "Door work goes well."}, follow=True
    )

    assert "Kept. You both find it here." in kept.text
    assert "Door work goes well." in kept.text
    assert "Check-in due" not in client.get(MENTORS).text
    client.force_login(mentorship.mentor.person)
    assert "Door work goes well." in client.get(url("terms", mentorship.pk)).text


def test_a_check_in_that_cannot_be_comes_back(client, mentorship):
    client.force_login(mentorship.mentor.person)
    tomorrow = (timezone.localdate() + timedelta(days=2)).isoformat()

    assert "Your talk with Wren" in client.get(url("check_in_new", mentorship.pk)).text
    refused = client.post(url("check_in_new", mentorship.pk), {"held_on": tomorrow, "record": "Door work."})

    assert refused.status_code == 422
    assert "still to come" in refused.text
    assert "Door work." in refused.text
    assert not CheckIn.objects.exists()


# No, and the end -------------------------------------------------------------------------------------------


def test_a_request_is_declined_from_its_page(client, at):
    asked = make_mentorship(begun=False, at=at)
    client.force_login(asked.mentor.person)

    page = client.post(url("mentorship_decline", asked.pk), follow=True)

    assert "Declined, with our kind regards." in page.text
    assert page.context["requests"] == []
    assert "was declined on" in client.get(url("terms", asked.pk)).text


def test_an_answer_that_comes_too_late_says_so(client, mentorship):
    client.force_login(mentorship.mentor.person)

    page = client.post(url("mentorship_decline", mentorship.pk), follow=True)

    assert "end it instead" in page.text


def test_either_side_gives_notice_and_takes_it_back(client, mentorship):
    client.force_login(mentorship.learner)

    question = client.get(url("mentorship_end", mentorship.pk))
    said = client.post(url("notice_give", mentorship.pk), follow=True)
    mentorship.refresh_from_db()

    assert "Your terms say 14 days of notice." in question.text
    assert "You gave notice: it ends after" in said.text
    assert "Ends after" in client.get(MENTORS).text
    assert mentorship.ends_on == timezone.now().date() + timedelta(days=14)
    client.force_login(mentorship.mentor.person)
    assert "Wren gave notice" in client.get(url("terms", mentorship.pk)).text
    assert "Ends after" in client.get(QUEUE).text
    refused = client.post(url("notice_take_back", mentorship.pk), follow=True)
    assert "only they take it back" in refused.text
    client.force_login(mentorship.learner)
    back = client.post(url("notice_take_back", mentorship.pk), follow=True)
    assert "You go on together." in back.text


def test_either_side_ends_it_at_once_after_reading_what_it_means(client, mentorship, at):
    make_waiting_shift(mentorship, on=days_ago(3), at=timezone.now())
    client.force_login(mentorship.learner)

    question = client.get(url("mentorship_end", mentorship.pk))
    page = client.post(url("mentorship_end", mentorship.pk), follow=True)

    assert "1 shift is handed in and not signed yet" in question.text
    assert "Nobody asks why." in question.text
    assert page.redirect_chain == [(MENTORS, 302)]
    assert Mentorship.objects.get().ended_at
    assert "It ended on" in client.get(url("terms", mentorship.pk)).text


def test_a_mentor_ends_it_and_comes_back_to_the_stack(client, mentorship):
    give_notice(mentorship=mentorship, by=mentorship.learner, at=timezone.now())
    client.force_login(mentorship.mentor.person)

    question = client.get(url("mentorship_end", mentorship.pk))

    assert "End it with Wren?" in question.text
    assert "Give notice" not in question.text
    assert client.post(url("mentorship_end", mentorship.pk)).url == QUEUE
    assert client.post(url("mentorship_end", mentorship.pk)).status_code == 302  # calm


def test_a_request_cannot_be_ended_before_it_began(client, at):
    asked = make_mentorship(begun=False, at=at)
    client.force_login(asked.learner)

    page = client.post(url("mentorship_end", asked.pk), follow=True)

    assert "has not begun" in page.text


def test_a_mentor_who_stops_is_announced_on_the_learners_pages(client, mentorship):
    announce_stop(mentor=mentorship.mentor, last_day=timezone.now().date() + timedelta(days=20), at=timezone.now())
    client.force_login(mentorship.learner)

    assert "Signs for the last time on" in client.get(MENTORS).text
    assert "signs for the last time on" in client.get(url("terms", mentorship.pk)).text


# Who sees what ---------------------------------------------------------------------------------------------


def addresses(mentorship: Mentorship) -> list[str]:
    names = ("terms", "terms_new", "check_in_new", "mentorship_decline", "mentorship_end", "notice_give")
    found = [url(name, mentorship.pk) for name in (*names, "notice_take_back")]
    return [*found, url("terms_sign", mentorship.pk, 1)]


@pytest.mark.parametrize("who", ["learner", "mentor", "editor", "registrar", "ombud", "nobody"])
def test_strangers_find_no_mentorship_and_read_nothing_of_it(client, mentorship, at, who):
    record_check_in(
        mentorship=mentorship, held_on=timezone.localdate(), record="Said in private.", by=mentorship.learner,
        at=timezone.now() + timedelta(days=1),
    )  # fmt: skip
    strangers = {
        "learner": lambda: make_mentorship(at=at).learner,
        "mentor": lambda: make_mentor("Ada", at=at).person,
        "editor": lambda: make_person(roles=(Role.EDITOR,)),
        "registrar": make_registrar,
        "ombud": lambda: make_person(roles=(Role.OMBUD,)),
        "nobody": make_person,
    }
    client.force_login(strangers[who]())

    for address in addresses(mentorship):
        for answer in (client.get(address), client.post(address, typed(held_on="2026-11-20", record="x"))):
            assert answer.status_code in {404, 405}, address
            assert "Said in private." not in answer.text
            assert "Closed sets" not in answer.text
    kept = Mentorship.objects.get(pk=mentorship.pk)
    assert (kept.ended_at, kept.ends_on, kept.terms.count()) == (None, None, 1)


def test_the_learner_answers_no_request_of_their_own(client, at):
    asked = make_mentorship(begun=False, at=at)
    client.force_login(asked.learner)

    page = client.get(url("terms", asked.pk))

    assert client.post(url("mentorship_decline", asked.pk)).status_code == 404
    assert "Not now: decline" not in page.text
    assert page.context["to_sign"] is None


def test_anybody_else_is_asked_to_sign_in_first(client, mentorship):
    fixed = [url(name) for name in ("shift_mentors", "outside_ask", "mentor_apply", "mentor_profile", "mentor_stop")]

    for address in [*fixed, *addresses(mentorship), url("mentor_ask", mentorship.mentor_id)]:
        assert client.post(address).url.startswith(reverse("account_login")), address
