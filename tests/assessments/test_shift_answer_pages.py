"""What does a learner do with a shift that was answered, and what does its page say in every state?"""

from datetime import datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from assessments.answering import decline_shift, propose_hours
from assessments.disputing import Letter, answer_dispute, decide_dispute, open_dispute
from assessments.models import (
    DeclineReason,
    Mentorship,
    Outcome,
    SealedBy,
    Shift,
    ShiftDispute,
    ShiftState,
    VoidReason,
)
from assessments.shifts import amend_shift, change_shift, submit_shift, void_shift
from assessments.signing import sign_shift
from cms.accounts.models import Entry
from cms.accounts.roles import Role
from tests.factories.courses import make_enrolment
from tests.factories.people import make_person, make_registrar
from tests.factories.shifts import (
    days_ago,
    make_mentor,
    make_mentorship,
    make_shift,
    make_signed_shift,
    make_waiting_shift,
    shift_fields,
)

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7 a letter"
SHEET = "ab" * 32


@pytest.fixture
def at() -> datetime:
    return timezone.now()


@pytest.fixture
def mentorship(at) -> Mentorship:
    learner = make_person("Wren", time_zone="Europe/London")
    return make_mentorship(mentor=make_mentor("Tomasz", at=at), enrolment=make_enrolment(learner=learner, at=at), at=at)


def url_of(name: str, shift: Shift) -> str:
    return reverse(f"assessments:{name}", args=[shift.pk])


def proposed(mentorship: Mentorship, at: datetime) -> Shift:
    shift = make_waiting_shift(mentorship, on=days_ago(3), at=at)
    propose_hours(
        shift=shift, mentor=mentorship.mentor, call_at=shift.call_at, wrap_at=shift.wrap_at - timedelta(hours=1),
        break_minutes=60, at=at,
    )  # fmt: skip
    return shift


def declined(mentorship: Mentorship, at: datetime) -> Shift:
    shift = make_waiting_shift(mentorship, on=days_ago(3), at=at)
    return decline_shift(
        shift=shift, mentor=mentorship.mentor, reason=DeclineReason.NOT_SO, words="It was half a day.", at=at
    )


def disputed(mentorship: Mentorship, at: datetime, **evidence) -> ShiftDispute:
    return open_dispute(shift=declined(mentorship, at), account="I stayed until the end.", at=at, **evidence)


def amended(mentorship: Mentorship, at: datetime) -> tuple[Shift, Shift]:
    """The version that was replaced, and the one that counts."""
    old = make_signed_shift(mentorship, on=days_ago(3), at=at)
    new = amend_shift(shift=old, at=at)
    new = change_shift(
        shift=new, mentorship=mentorship, production=new.production, at=at,
        **shift_fields(on=days_ago(3), break_minutes=30),
    )  # fmt: skip
    new = submit_shift(shift=new, at=at)
    new = sign_shift(shift=new, mentor=mentorship.mentor, rubric={}, authentication="password", at=at)
    return Shift.objects.whole().get(pk=old.pk), new


# Other hours -----------------------------------------------------------------------------------------------


def test_proposed_hours_stand_beside_ones_own_and_are_accepted(client, mentorship, at):
    shift = proposed(mentorship, at)
    client.force_login(mentorship.learner)

    page = client.get(url_of("shift_detail", shift))
    answer = client.post(
        url_of("shift_accept_hours", shift), {"proposal": page.context["page"].proposed.key}, follow=True
    )

    assert "07:30 to 18:15, breaks 1 h 15" in page.text
    assert "07:30 to 17:15, breaks 1 h" in page.text
    assert "Accept 8 h 45" in page.text
    assert "Accepted. Tomasz has it again, to sign." in answer.text
    assert (Shift.objects.get().state, Shift.objects.get().minutes) == (ShiftState.WAITING, 525)


@pytest.mark.parametrize("key", ["", "0", "x", "999999"])
def test_hours_that_were_not_read_are_not_accepted(client, mentorship, at, key):
    shift = proposed(mentorship, at)
    client.force_login(mentorship.learner)

    page = client.post(url_of("shift_accept_hours", shift), {"proposal": key}, follow=True)

    assert "Read them once more" in page.text
    assert Shift.objects.get().state is ShiftState.PROPOSED


def test_instead_of_accepting_a_learner_changes_the_shift(client, mentorship, at):
    shift = proposed(mentorship, at)
    client.force_login(mentorship.learner)

    assert client.get(url_of("shift_edit", shift)).status_code == 200
    assert url_of("shift_dispute", shift) in client.get(url_of("shift_detail", shift)).text


# Amending --------------------------------------------------------------------------------------------------


def test_a_signed_shift_is_amended_in_the_form_and_the_signed_one_stays(client, mentorship, at):
    shift = make_signed_shift(mentorship, on=days_ago(3), at=at)
    client.force_login(mentorship.learner)

    answers = [client.post(url_of("shift_amend", shift)) for _time in range(2)]

    new = Shift.objects.get(version=2)
    assert [answer.url for answer in answers] == [url_of("shift_edit", new)] * 2
    assert client.get(url_of("shift_edit", new)).context["form"]["role"].value() == "ASSIST"
    page = client.get(url_of("shift_detail", shift))
    assert "An amendment is open" in page.text
    assert url_of("shift_detail", new) in page.text
    assert url_of("shift_amend", shift) not in page.text
    assert "This amends what was signed on" in client.get(url_of("shift_detail", new)).text


def test_what_is_not_signed_is_not_amended(client, mentorship, at):
    shift = declined(mentorship, at)
    void_shift(shift=shift, by=mentorship.learner, reason=VoidReason.MISTAKE, at=at)
    client.force_login(mentorship.learner)

    page = client.post(url_of("shift_amend", shift), follow=True)

    assert "Only a signed shift is amended" in page.text
    assert Shift.objects.count() == 1


def test_a_replaced_version_leads_to_the_newer_one_and_back_and_shows_its_old_seal(client, mentorship, at):
    old, new = amended(mentorship, at)
    client.force_login(mentorship.learner)

    before, after = (client.get(url_of("shift_detail", shift)) for shift in (old, new))

    assert "Replaced by an amendment" in before.text
    assert url_of("shift_detail", new) in before.text
    assert old.seal in before.text
    assert "breaks 1 h 15" in before.text
    assert "This is version 2." in after.text
    assert url_of("shift_detail", old) in after.text
    assert new.seal in after.text


def test_the_log_shows_each_record_once_by_its_newest_version(client, mentorship, at):
    _old, new = amended(mentorship, at)
    client.force_login(mentorship.learner)

    log = client.get(reverse("assessments:shift_list"))

    assert [line.shift.pk for line in log.context["log"].kept] == [new.pk]
    assert "amended" in log.text


def test_a_withdrawn_amendment_leaves_the_signed_one_in_the_log(client, mentorship, at):
    signed = make_signed_shift(mentorship, on=days_ago(3), at=at)
    void_shift(shift=amend_shift(shift=signed, at=at), by=mentorship.learner, reason=VoidReason.MISTAKE, at=at)
    client.force_login(mentorship.learner)

    log = client.get(reverse("assessments:shift_list")).context["log"]

    assert [line.shift.pk for line in log.kept] == [signed.pk]


def test_another_mentors_version_is_not_linked_for_a_mentor(client, mentorship, at):
    signed = make_signed_shift(mentorship, on=days_ago(3), at=at)
    other = make_mentorship(mentor=make_mentor("Ada", at=at), enrolment=mentorship.enrolment, at=at)
    new = change_shift(
        shift=amend_shift(shift=signed, at=at), mentorship=other, production=signed.production, at=at,
        **shift_fields(on=days_ago(3), break_minutes=30),
    )  # fmt: skip
    submit_shift(shift=new, at=at)

    client.force_login(mentorship.mentor.person)
    page = client.get(url_of("shift_detail", signed))
    client.force_login(other.mentor.person)
    card = client.get(url_of("shift_detail", new))

    assert "An amendment is open" not in page.text
    assert url_of("shift_detail", new) not in page.text
    assert url_of("shift_detail", signed) not in card.text


# Withdrawing -----------------------------------------------------------------------------------------------


def test_a_shift_is_withdrawn_after_reading_what_that_means_and_says_who_when_and_why(client, mentorship, at):
    shift = make_waiting_shift(mentorship, on=days_ago(3), at=at)
    client.force_login(mentorship.learner)

    question = client.get(url_of("shift_withdraw", shift))
    page = client.post(url_of("shift_withdraw", shift), {"reason": "TWICE"}, follow=True)

    assert "It is not deleted" in question.text
    assert "Withdrawn. It stays readable" in page.text
    assert "Made void by Wren" in page.text
    assert "Reason: Recorded twice." in page.text
    assert Shift.objects.get().state is ShiftState.VOIDED


def test_without_a_reason_nothing_is_withdrawn(client, mentorship, at):
    shift = make_waiting_shift(mentorship, on=days_ago(3), at=at)
    client.force_login(mentorship.learner)

    for reason in ("", "BORED"):
        assert client.post(url_of("shift_withdraw", shift), {"reason": reason}).status_code in (200, 422)
    assert Shift.objects.get().state is ShiftState.WAITING


def test_what_is_signed_or_with_the_registrar_is_not_withdrawn(client, mentorship, at):
    signed = make_signed_shift(mentorship, on=days_ago(5), at=at)
    shift = disputed(mentorship, at).shift
    client.force_login(mentorship.learner)

    for kept in (signed, shift):
        assert client.get(url_of("shift_withdraw", kept)).url == url_of("shift_detail", kept)
        page = client.post(url_of("shift_withdraw", kept), {"reason": "MISTAKE"}, follow=True)
        assert "cannot be withdrawn" in page.text
    assert not Shift.objects.filter(voided_at__isnull=False).exists()


def test_a_signed_shift_that_a_registrar_made_void_keeps_its_seal(client, mentorship, at):
    shift = make_signed_shift(mentorship, on=days_ago(3), at=at)
    registrar = make_registrar("Philippa")
    void_shift(shift=shift, by=registrar, reason=VoidReason.UNTRUE, as_registrar=True, at=at)
    client.force_login(mentorship.learner)

    page = client.get(url_of("shift_detail", shift))

    assert "Made void by Philippa" in page.text
    assert "Reason: It was not as recorded." in page.text
    assert shift.seal in page.text


# Disputing -------------------------------------------------------------------------------------------------


def test_a_declined_shift_says_why_and_goes_to_the_registrar_with_evidence(client, mentorship, at):
    shift = declined(mentorship, at)
    client.force_login(mentorship.learner)
    url = url_of("shift_dispute", shift)

    page = client.get(url_of("shift_detail", shift))
    form = client.get(url)
    letter = SimpleUploadedFile("to.pdf", PDF, "text/html")
    sent = client.post(
        url, {"account": "I stayed until the end.", "letter": letter, "call_sheet": SHEET.upper()}, follow=True
    )

    dispute = ShiftDispute.objects.get()
    assert "Reason: It was not as it is written." in page.text
    assert "It was half a day." in page.text
    assert url in page.text
    assert "js/digest" in form.text
    assert (dispute.account, dispute.letter_type, dispute.call_sheet) == (
        "I stayed until the end.",
        "application/pdf",
        SHEET,
    )
    assert "asks your mentor for their account" in sent.text
    assert "The registrar has asked Tomasz for their account" in sent.text
    assert "Not given yet." in sent.text


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"account": ""}, "account", "in your own words"),
        ({"account": "a" * 4_001}, "account", "4000"),
        ({"letter": SimpleUploadedFile("a.pdf", b"MZ no letter")}, "letter", "PDF, a JPEG or a PNG"),
        ({"letter": SimpleUploadedFile("a.pdf", PDF + b"x" * 2 * 1024 * 1024)}, "letter", "larger than 2 MB"),
        ({"letter": SimpleUploadedFile("a.pdf", b"")}, "letter", "empty"),
        ({"call_sheet": "abc"}, "call_sheet", "64 digits"),
        ({"call_sheet": "zz" * 32}, "call_sheet", "64 digits"),
        ({"account": "Sarah let me in."}, "account", "is anybody or anything named"),
    ],
)
def test_a_dispute_that_is_refused_comes_back_with_what_was_typed(client, mentorship, at, changes, field, sentence):
    shift = declined(mentorship, at)
    client.force_login(mentorship.learner)

    page = client.post(url_of("shift_dispute", shift), {"account": "I stayed.", "call_sheet": SHEET} | changes)

    assert page.status_code == 422
    assert sentence in str(page.context["form"].errors[field])
    assert page.context["form"]["account"].value() in page.text
    assert not ShiftDispute.objects.exists()


def test_a_shift_the_mentor_still_has_time_for_does_not_go_to_the_registrar(client, mentorship, at):
    shift = make_waiting_shift(mentorship, on=days_ago(3), at=at)
    client.force_login(mentorship.learner)

    page = client.get(url_of("shift_dispute", shift), follow=True)
    sent = client.post(url_of("shift_dispute", shift), {"account": "I stayed."})

    assert "has time until 21 days" in page.text
    assert url_of("shift_dispute", shift) not in page.text
    assert sent.status_code == 422


def test_a_shift_that_nobody_signs_for_three_weeks_goes_to_the_registrar(client, mentorship, at):
    shift = make_waiting_shift(mentorship, on=days_ago(25), at=at - timedelta(days=22))
    client.force_login(mentorship.learner)

    assert url_of("shift_dispute", shift) in client.get(url_of("shift_detail", shift)).text
    assert client.post(url_of("shift_dispute", shift), {"account": "I stayed."}).status_code == 302


def test_nobody_reads_the_others_account_before_giving_their_own(client, mentorship, at):
    dispute = disputed(mentorship, at)
    url = url_of("shift_detail", dispute.shift)

    client.force_login(mentorship.mentor.person)
    before = client.get(url)
    answer_dispute(dispute=dispute, account="They left at noon.", at=at)
    after = client.get(url)
    client.force_login(mentorship.learner)
    own = client.get(url)

    assert "I stayed until the end." not in before.text
    assert "You read it once you have given yours." in before.text
    assert "I stayed until the end." in after.text
    assert "They left at noon." in own.text
    assert "Both accounts are there." in own.text


@pytest.mark.parametrize("outcome", Outcome)
def test_a_decision_is_read_with_its_reason_by_both(client, mentorship, at, outcome):
    dispute = disputed(mentorship, at, call_sheet=SHEET, letter=Letter(content=PDF, type="application/pdf"))
    registrar = make_registrar("Philippa")
    decide_dispute(
        dispute=dispute, outcome=outcome, reason="The sheet says so.", by=registrar, authentication="password", at=at
    )

    for person in (mentorship.learner, mentorship.mentor.person):
        client.force_login(person)
        page = client.get(url_of("shift_detail", dispute.shift))
        assert "The sheet says so." in page.text
        assert "Decided by Philippa" in page.text
    shift = Shift.objects.whole().get()
    assert shift.sealed_by == (SealedBy.REGISTRAR if outcome == Outcome.COUNTS else "")
    sealed = "Sealed by Philippa, registrar, on other evidence (a letter, a call sheet)"
    assert (sealed in page.text) == (outcome == Outcome.COUNTS)


def test_what_a_registrar_refused_asks_nothing_more(client, mentorship, at):
    dispute = disputed(mentorship, at)
    decide_dispute(
        dispute=dispute, outcome=Outcome.DOES_NOT, reason="No evidence.", by=make_registrar(), authentication="p", at=at
    )
    client.force_login(mentorship.learner)

    page = client.get(url_of("shift_detail", dispute.shift))
    log = client.get(reverse("assessments:shift_list")).context["log"]

    assert url_of("shift_dispute", dispute.shift) not in page.text
    assert (log.asking, [line.shift for line in log.kept]) == ([], [dispute.shift])
    assert client.post(url_of("shift_dispute", dispute.shift), {"account": "Again."}).status_code == 422


# The letter ------------------------------------------------------------------------------------------------


def test_the_letter_is_read_by_its_learner_and_a_registrar_whose_reading_is_written_down(client, mentorship, at):
    dispute = disputed(mentorship, at, letter=Letter(content=PDF, type="application/pdf"))
    registrar = make_registrar()
    url = url_of("shift_letter", dispute.shift)

    for person in (mentorship.learner, registrar):
        client.force_login(person)
        answer = client.get(url)
        assert (answer.content, answer["Content-Type"]) == (PDF, "application/pdf")
        assert answer["Content-Disposition"] == 'attachment; filename="letter.pdf"'
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in answer["Cache-Control"]
    readings = Entry.objects.filter(verb="letter.read").values_list("actor", "subject")
    assert list(readings) == [(registrar.pk, f"shiftdispute:{dispute.pk}")]


def test_nobody_else_reads_the_letter(client, mentorship, at):
    dispute = disputed(mentorship, at, letter=Letter(content=PDF, type="application/pdf"))
    mentor = mentorship.mentor.person
    strangers = [make_person(roles=(Role.EDITOR,)), make_person(roles=(Role.OMBUD,)), make_mentor(at=at).person]

    for person in (mentor, *strangers):
        client.force_login(person)
        assert client.get(url_of("shift_letter", dispute.shift)).status_code == 404
    client.force_login(mentor)
    assert url_of("shift_letter", dispute.shift) not in client.get(url_of("shift_detail", dispute.shift)).text
    assert not Entry.objects.filter(verb="letter.read").exists()


def test_a_mentor_who_is_a_registrar_too_does_not_read_the_letter_against_them(client, at):
    person = make_registrar("Tomasz")
    mentorship = make_mentorship(mentor=make_mentor(person=person, at=at), enrolment=make_enrolment(at=at), at=at)
    dispute = disputed(mentorship, at, letter=Letter(content=PDF, type="application/pdf"))
    client.force_login(person)

    assert client.get(url_of("shift_letter", dispute.shift)).status_code == 404


def test_where_there_is_no_letter_there_is_none(client, mentorship, at):
    shift = disputed(mentorship, at).shift
    client.force_login(mentorship.learner)

    assert client.get(url_of("shift_letter", shift)).status_code == 404


# Who may act -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [proposed, declined])
def test_a_mentor_reads_the_page_and_acts_for_nobody(client, mentorship, at, make):
    shift = make(mentorship, at)
    client.force_login(mentorship.mentor.person)

    page = client.get(url_of("shift_detail", shift))

    for name in ("accept_hours", "amend", "withdraw", "dispute", "letter"):
        assert url_of(f"shift_{name}", shift) not in page.text
        assert client.post(url_of(f"shift_{name}", shift), {"reason": "MISTAKE"}).status_code in (404, 405)
    assert url_of("journal", shift) not in page.text
    assert Shift.objects.get(pk=shift.pk).state is shift.state or make is proposed


@pytest.mark.parametrize(
    ("make", "queries"),
    # session, person, shift, versions, dispute, messages, history, academy, is a mentor, two of permissions
    [(make_shift, 11), (make_signed_shift, 11), (proposed, 12), (declined, 11), (make_waiting_shift, 12)],
)
def test_each_state_takes_its_number_of_queries(client, mentorship, at, make, queries, django_assert_num_queries):
    own = make in (proposed, declined)
    shift = make(mentorship, at) if own else make(mentorship, on=days_ago(3), at=at)
    client.force_login(mentorship.learner)
    client.get(url_of("shift_detail", shift))

    with django_assert_num_queries(queries):  # and the proposal, or the settings that say how long a mentor has
        client.get(url_of("shift_detail", shift))
