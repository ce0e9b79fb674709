"""Does the desk of days on set show what it may, ask before what is final, and write down who read what?"""

from datetime import time, timedelta

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone

from assessments.auditing import answer_audit
from assessments.models import (
    AuditAnswer,
    AuditDraw,
    AuditOutcome,
    JournalEntry,
    Outcome,
    Shift,
    ShiftState,
    TitleReading,
    VoidReason,
)
from assessments.shifts import amend_shift
from certificates.models import Certificate
from cms.accounts import history
from cms.accounts.models import Entry, User
from cms.accounts.roles import Role
from tests.factories.certificates import make_certificate, make_signing_key
from tests.factories.courses import make_enrolment
from tests.factories.desk import CALL_SHEET, LETTER, give_staff_their_rights, make_audit, make_dispute, yesterday
from tests.factories.people import make_person
from tests.factories.shifts import days_ago, make_mentor, make_mentorship, make_signed_shift, make_waiting_shift
from tests.unguarded import lift_guards

pytestmark = pytest.mark.django_db
SECRET = "a-long-evening"


@pytest.fixture
def registrar(client) -> User:
    """At the desk, having come in through the door a moment ago."""
    give_staff_their_rights()
    person = make_person("Philippa", roles=(Role.REGISTRAR,), password=SECRET)
    client.post(reverse("account_login"), {"login": person.email, "password": SECRET})
    return person


def an_hour_passes(client) -> None:
    session = client.session
    records = session[AUTHENTICATION_METHODS_SESSION_KEY]
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [record | {"at": record["at"] - 3_600} for record in records]
    session.save()


def url(name: str, key: int) -> str:
    return reverse(f"desk:{name}", args=[key])


def a_shift(**made) -> Shift:
    return make_signed_shift(at=yesterday(), on=days_ago(5), **made)


def certified(shift: Shift) -> Certificate:
    """A certificate that rests on the shift."""
    make_signing_key()
    certificate = make_certificate(at=timezone.now(), learner=make_person("Holder"))
    lift_guards()
    certificate.requirement_set.requirements.create(position=2, kind="shadow_days", terms={"days": 1})
    lift_guards()
    Shift.objects.filter(pk=shift.pk).update(enrolment=certificate.enrolment)
    return certificate


# Breaking the glass ----------------------------------------------------------------------------------------


def test_a_title_is_shown_once_for_a_reason_and_no_cache_keeps_it(client, registrar, mailoutbox):
    shift = a_shift()
    page = url("title_read", shift.pk)
    before = client.get(page)
    assert "Low Tide" not in before.text

    answer = client.post(page, {"reason": "To answer a court."})

    assert answer.status_code == 200
    assert answer.text.count("Low Tide") == 1
    assert "no-store" in answer["Cache-Control"]
    assert "Low Tide" not in answer.context["page_title"]
    [reading] = TitleReading.objects.all()
    assert (reading.read_by, reading.reason) == (registrar, "To answer a court.")
    assert Entry.objects.get(verb="title.read").actor == registrar
    for name in ("shadow_shift_detail", "title_read"):
        assert "Low Tide" not in client.get(url(name, shift.pk)).text
    assert "To answer a court." in client.get(url("shadow_shift_detail", shift.pk)).text


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
def test_without_a_fitting_reason_the_title_stays_sealed(client, registrar, reason):
    shift = a_shift()

    answer = client.post(url("title_read", shift.pk), {"reason": reason})

    assert answer.status_code == 422
    assert "Low Tide" not in answer.text
    assert not TitleReading.objects.exists()


def test_who_came_in_long_ago_proves_it_first_and_the_reason_waits_sealed(client, registrar):
    shift = a_shift()
    an_hour_passes(client)

    asked = client.post(url("title_read", shift.pk), {"reason": "To answer a court."})

    assert asked.url.startswith(reverse("account_reauthenticate"))
    assert not TitleReading.objects.exists()
    assert not [kept for kept in Session.objects.all() if "court" in str(kept.get_decoded())]
    answer = client.post(asked.url, {"password": SECRET})
    assert "Low Tide" in answer.text
    assert "no-store" in answer["Cache-Control"]
    assert "'unsafe-inline'" in answer["Content-Security-Policy"]  # Wagtail's page, at allauth's address
    assert TitleReading.objects.get().reason == "To answer a court."


def test_even_the_question_is_for_who_proved_it_lately(client, registrar):
    an_hour_passes(client)

    assert client.get(url("title_read", a_shift().pk)).url.startswith(reverse("account_reauthenticate"))


def test_who_can_prove_nothing_is_sent_to_set_a_password(client):
    give_staff_their_rights()
    client.force_login(make_person("Philippa", roles=(Role.REGISTRAR,)))

    answer = client.post(url("title_read", a_shift().pk), {"reason": "To answer a court."})

    assert answer.url == reverse("cms_desk")
    assert not TitleReading.objects.exists()


def test_after_consent_to_a_random_check_the_reason_is_filled_in(client, registrar):
    shift = a_shift()
    draw = make_audit(shift, answered=False)
    answer_audit(draw=draw, answer=AuditAnswer.TITLE, at=timezone.now())

    assert "You agreed that it may be read." in client.get(url("title_read", shift.pk)).text
    assert url("title_read", shift.pk) in client.get(url("audit_detail", draw.pk)).text


# One's own -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("side", ["learner", "mentor"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_registrar_finds_no_desk_over_their_own_days(client, registrar, side, method):
    if side == "mentor":
        made = {"mentor": make_mentor(person=registrar, at=yesterday())}
    else:
        made = {"enrolment": make_enrolment(learner=registrar, at=yesterday())}
    mentorship = make_mentorship(at=yesterday(), **made)
    shift = a_shift(mentorship=mentorship)
    dispute = make_dispute(mentorship=mentorship)
    audit = make_audit(shift)

    for name, key in (
        ("shadow_shift_detail", shift.pk), ("shadow_shift_void", shift.pk), ("title_read", shift.pk),
        ("shadow_dispute_detail", dispute.pk), ("shadow_dispute_decide", dispute.pk),
        ("shadow_dispute_letter", dispute.pk), ("shadow_dispute_compare", dispute.pk),
        ("audit_detail", audit.pk), ("audit_close", audit.pk), ("audit_letter", audit.pk),
    ):  # fmt: skip
        answer = getattr(client, method)(url(name, key), {"reason": "TWICE", "sure": "yes"})

        assert answer.status_code in {404, 405}, name
    for name in ("shadow_shift_list", "shadow_dispute_list", "audit_list"):
        page = client.get(reverse(f"desk:{name}"), {"state": "signed"})
        assert url("shadow_shift_detail", shift.pk) not in page.text


# Shifts ----------------------------------------------------------------------------------------------------


def test_a_shift_at_the_desk_is_what_is_sealed_and_its_reading_is_written_down(client, registrar):
    shift = a_shift()
    JournalEntry.objects.create(
        learner=shift.learner, record=shift.record, text="Nobody reads this.", written_at=yesterday()
    )

    page = client.get(url("shadow_shift_detail", shift.pk))

    assert "07:30 to 18:15" in page.text
    for secret in ("Low Tide", "Ask before the door", "Nobody reads this."):
        assert secret not in page.text
    [entry] = history.entries_about(shift).filter(chain__name="audit")
    assert (entry.verb, entry.actor) == ("shift.read", registrar)


def test_nothing_private_is_even_read(client, registrar, django_assert_max_num_queries):
    shift = a_shift()

    with django_assert_max_num_queries(60) as asked:
        client.get(url("shadow_shift_detail", shift.pk))

    for query in asked.captured_queries:
        assert "learning_note" not in query["sql"]
        assert "journalentry" not in query["sql"]
        assert "shiftmessage" not in query["sql"]


def test_what_nobody_signs_is_on_its_pile_and_a_learner_is_found(client, registrar):
    wren = make_waiting_shift(make_mentorship(at=yesterday()), on=days_ago(5), at=yesterday())
    Shift.objects.filter(pk=wren.pk).update(escalated_at=timezone.now())
    signed = a_shift()

    def rows(**asked):
        return list(client.get(reverse("desk:shadow_shift_list"), asked).context["page_obj"].object_list)

    assert rows() == [wren]
    assert rows(state="waiting") == [wren]
    assert rows(state="signed") == [signed]
    assert rows(state="void") == []
    assert rows(state="all", q=signed.learner.email) == [signed]
    assert rows(state="all", q="nobody") == []


def test_void_says_first_what_it_touches_and_is_done_once(client, registrar, mailoutbox):
    shift = a_shift()
    certificate = certified(shift)
    page = url("shadow_shift_void", shift.pk)

    first = client.get(page).text
    told = client.post(page, {"reason": "UNTRUE"})
    assert Shift.objects.get(pk=shift.pk).voided_at is None
    answers = [client.post(page, {"reason": "UNTRUE", "sure": "yes"}) for _twice in range(2)]

    for words in (first, told.text):
        assert "A signed day, and 9 h 30 with it, no longer count." in words
        assert f"Certificate {certificate.number} rests on it." in words
    assert [answer.status_code for answer in answers] == [302, 422]
    shift.refresh_from_db()
    assert (shift.voided_by, shift.void_reason) == (registrar, VoidReason.UNTRUE)
    flagged = client.get(url("certificate_detail", certificate.pk)).text
    assert "A shift it rests on was voided" in flagged
    listed = client.get(reverse("desk:certificate_list"), {"state": "flagged"})
    assert list(listed.context["page_obj"].object_list) == [certificate]
    assert "A shift does not stand" in listed.text
    certificate.refresh_from_db()
    assert (certificate.revoked_at, certificate.suspended_at) == (None, None)


def test_void_tells_of_another_shift_that_day_and_of_an_amendment_under_way(client, registrar):
    mentorship = make_mentorship(at=yesterday())
    shift = a_shift(mentorship=mentorship, wrap=time(12))
    a_shift(mentorship=mentorship, call=time(13), wrap=time(18))
    amend_shift(shift=shift, at=timezone.now())

    page = client.get(url("shadow_shift_void", shift.pk)).text

    assert "The day itself does, by another shift of that date." in page
    assert "An amendment of it is under way." in page


def test_void_of_what_is_not_signed_changes_no_total(client, registrar):
    shift = make_waiting_shift(make_mentorship(at=yesterday()), on=days_ago(5), at=yesterday())

    assert "It is not signed, so no total changes." in client.get(url("shadow_shift_void", shift.pk)).text


@pytest.mark.parametrize("reason", ["", "WITHDRAWN", "nonsense"])
def test_a_registrar_gives_a_reason_of_their_own(client, registrar, reason):
    shift = a_shift()

    answer = client.post(url("shadow_shift_void", shift.pk), {"reason": reason, "sure": "yes"})

    assert answer.status_code == 422
    assert Shift.objects.get(pk=shift.pk).voided_at is None


# Disputes --------------------------------------------------------------------------------------------------


def test_a_dispute_shows_both_accounts_and_is_listed_while_it_is_open(client, registrar):
    dispute = make_dispute()

    page = client.get(url("shadow_dispute_detail", dispute.pk))
    listed = client.get(reverse("desk:shadow_dispute_list"))

    assert "We wrapped together." in page.text
    assert "Not given yet." in page.text
    assert list(listed.context["page_obj"].object_list) == [dispute]
    assert "We wrapped together." not in listed.text
    assert [entry.verb for entry in history.entries_about(dispute)] == ["dispute.read"]


def test_the_letter_is_a_file_to_keep_which_no_browser_opens(client, registrar):
    dispute = make_dispute()

    answer = client.get(url("shadow_dispute_letter", dispute.pk))

    assert answer.content == LETTER.content
    assert answer["Content-Disposition"] == 'attachment; filename="letter.pdf"'
    assert "no-store" in answer["Cache-Control"]
    assert [entry.verb for entry in history.entries_about(dispute)] == ["dispute.letter_read"]


@pytest.mark.parametrize(
    ("digest", "same", "words"),
    [(CALL_SHEET.upper() + " ", True, "the same file"), ("cd" * 32, False, "another file")],
)
def test_a_call_sheet_is_compared_by_its_digest_and_what_came_of_it_is_kept(client, registrar, digest, same, words):
    dispute = make_dispute()

    answer = client.post(url("shadow_dispute_compare", dispute.pk), {"digest": digest}, follow=True)

    assert words in answer.text
    entry = history.entries_about(dispute).filter(verb="dispute.compared").get()
    assert (entry.facts, entry.actor) == ({"same": same}, registrar)


def test_what_is_no_digest_is_refused_at_its_field(client, registrar):
    answer = client.post(url("shadow_dispute_compare", make_dispute().pk), {"digest": "abc"})

    assert answer.status_code == 422
    assert "A digest has 64 digits" in answer.text


@pytest.mark.parametrize(
    ("outcome", "state", "words"),
    [
        (Outcome.COUNTS, ShiftState.SIGNED, "sealed on the evidence, in your name: 9 h 30 count"),
        (Outcome.DOES_NOT, ShiftState.DECLINED, "The day does not count."),
    ],
)
def test_a_dispute_is_decided_in_two_steps(client, registrar, outcome, state, words):
    dispute = make_dispute()
    page = url("shadow_dispute_decide", dispute.pk)
    said = {"outcome": outcome.value, "reason": "By the letter."}

    told = client.post(page, said)
    dispute.refresh_from_db()
    assert dispute.decided_at is None
    answers = [client.post(page, said | {"sure": "yes"}) for _twice in range(2)]

    assert words in told.text
    assert [answer.status_code for answer in answers] == [302, 422]
    dispute.refresh_from_db()
    assert (dispute.outcome, dispute.decided_by, dispute.reason) == (outcome, registrar, "By the letter.")
    shift = Shift.objects.whole().get(pk=dispute.shift_id)
    assert shift.state is state
    if shift.sealed:
        assert shift.sealed["authentication"] == "password"
    assert "By the letter." in client.get(url("shadow_dispute_detail", dispute.pk)).text


def test_deciding_asks_who_is_there_and_the_reason_waits_sealed(client, registrar):
    dispute = make_dispute()
    an_hour_passes(client)

    asked = client.post(
        url("shadow_dispute_decide", dispute.pk), {"outcome": "COUNTS", "reason": "By the letter.", "sure": "yes"}
    )
    dispute.refresh_from_db()
    assert dispute.decided_at is None
    assert not [kept for kept in Session.objects.all() if "By the letter" in str(kept.get_decoded())]
    client.post(asked.url, {"password": SECRET})

    dispute.refresh_from_db()
    assert (dispute.outcome, dispute.reason) == (Outcome.COUNTS, "By the letter.")


def test_a_refusal_of_the_domain_is_read_on_the_page(client, registrar):
    dispute = make_dispute()
    lift_guards()
    type(dispute).objects.update(letter="", letter_type="", letter_digest="", call_sheet="")

    answer = client.post(
        url("shadow_dispute_decide", dispute.pk), {"outcome": "COUNTS", "reason": "So be it.", "sure": "yes"}
    )

    assert answer.status_code == 422
    assert "There is no evidence to stand in for a signature" in answer.text
    assert "So be it." in answer.text


# Random checks ---------------------------------------------------------------------------------------------


def test_an_answered_check_waits_is_closed_and_changes_nothing_but_offers_the_next_step(client, registrar):
    draw = make_audit(a_shift())
    certificate = certified(draw.shift)
    page = url("audit_close", draw.pk)
    assert f"Certificate {certificate.number} rests on it." in client.get(page).text

    refused = client.post(page, {"outcome": "FAILED", "note": ""})
    closed = client.post(page, {"outcome": "FAILED", "note": "The letter is of another day."})

    assert refused.status_code == 422
    assert "Say what does not stand." in refused.text
    assert closed.url == url("audit_detail", draw.pk)
    draw.refresh_from_db()
    assert (draw.outcome, draw.closed_by) == (AuditOutcome.FAILED, registrar)
    assert Shift.objects.get(pk=draw.shift_id).voided_at is None
    after = client.get(url("audit_detail", draw.pk)).text
    assert url("shadow_shift_void", draw.shift_id) in after
    assert url("certificate_detail", certificate.pk) in after
    assert "The letter is of another day." in after


def test_checks_are_listed_by_how_they_stand(client, registrar):
    answered, asked = make_audit(), make_audit(answered=False)
    late = make_audit(answered=False)
    lift_guards()
    AuditDraw.objects.filter(pk=late.pk).update(drawn_at=timezone.now() - timedelta(days=15))

    def rows(state):
        return list(client.get(reverse("desk:audit_list"), {"state": state}).context["page_obj"].object_list)

    assert rows("to_close") == [late, answered]
    assert rows("asked") == [asked]
    client.post(url("audit_close", answered.pk), {"outcome": "PASSED"})
    assert rows("closed") == [answered]
    assert rows("failed") == []


def test_the_letter_of_a_check_is_a_file_to_keep(client, registrar):
    draw = make_audit()

    answer = client.get(url("audit_letter", draw.pk))

    assert answer.content == LETTER.content
    assert client.get(url("audit_letter", make_audit(answered=False).pk)).status_code == 404


# Cohorts and mentors ---------------------------------------------------------------------------------------


def test_the_overview_tells_of_cohorts_and_a_mentors_load_of_their_cards(client, registrar):
    mentorship = make_mentorship(at=yesterday())
    make_signed_shift(mentorship, on=days_ago(5), at=yesterday())
    make_waiting_shift(mentorship, on=days_ago(4), at=yesterday())

    cohorts = client.get(reverse("desk:shadowing")).text
    loads = client.get(reverse("desk:mentor_load_list")).text

    assert mentorship.enrolment.programme.title in cohorts
    assert "Waits 0–7 days" in cohorts
    assert "1 of 4" in loads
    assert "too few to say (n = 1)" in loads


@pytest.mark.parametrize(("cards", "words"), [(4, "Figures begin at 5"), (5, "5 of 5 (100 %)")])
def test_a_mentors_figures_begin_at_five_cards(client, registrar, cards, words):
    mentorship = make_mentorship(at=yesterday())
    for number in range(cards):
        make_signed_shift(mentorship, on=days_ago(5 + number), at=yesterday())

    page = client.get(url("mentor_figures", mentorship.mentor_id)).text

    assert words in page
    assert "All mentors" not in page  # nobody else has signed enough to be compared with
