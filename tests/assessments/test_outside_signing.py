"""How does an outside coordinator answer through their link? And what does the link never give away?"""

import io
import logging
import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from assessments.links import WRONG_NUMBERS, CannotSend, ask_for_link, digest_of, find_link, is_open, make_link
from assessments.models import SealedBy, ShadowingSettings, Shift, ShiftState, SignLink, VoidReason
from assessments.passkeys import assertion_holds
from assessments.sealing import seal_holds
from assessments.shifts import change_shift, messages_for, submit_shift, take_back_shift, void_shift, what_is_signed
from cms.accounts import history
from cms.accounts.throttle import MISSES
from tests.factories.courses import make_enrolment
from tests.factories.outside import make_outside_mentorship
from tests.factories.people import make_person
from tests.factories.shifts import days_ago, make_mentorship, make_shift, make_waiting_shift, shift_fields

pytestmark = pytest.mark.django_db
NUMBER = "SAG-77 41"


@pytest.fixture(autouse=True)
def _nobody_guessed_yet():
    cache.clear()


@pytest.fixture
def at():
    return timezone.now() - timedelta(hours=1)


@pytest.fixture
def mentorship(at):
    return make_outside_mentorship(learner=make_person("Wren", pronouns="they/them"), number=NUMBER, at=at)


def token_in_mail() -> str:
    return re.search(r"/mentoring/sign/([^/]+)/", mail.outbox[-1].body)[1]


@pytest.fixture
def shift(mentorship, django_capture_on_commit_callbacks) -> Shift:
    """With them a moment ago; the mail with its link is the last in the box."""
    shift = make_shift(mentorship, on=days_ago(2), at=timezone.now() - timedelta(minutes=30))
    with django_capture_on_commit_callbacks(execute=True):
        return submit_shift(shift=shift, at=timezone.now() - timedelta(minutes=20))


@pytest.fixture
def url(shift) -> str:
    return f"/mentoring/sign/{token_in_mail()}/"


@pytest.fixture
def link(url) -> SignLink:
    return SignLink.objects.get(used_at=None, ended_at=None)


@pytest.fixture
def phone() -> Client:
    """A browser without any account, and strict about forged forms."""
    return Client(enforce_csrf_checks=True)


# Being sent ------------------------------------------------------------------------------------------------


def test_handing_in_mails_a_link_whose_token_is_nowhere_else(shift, url, link):
    token = token_in_mail()

    assert mail.outbox[-1].to == ["ines@example.net"]
    assert link.digest == digest_of(token)
    assert link.expires_at - link.sent_at == timedelta(hours=ShadowingSettings.load().link_hours)
    told = [str(entry.facts) + entry.verb for entry in history.entries_about(shift)]
    assert told[-1].endswith("link.sent")
    assert not [words for words in told if token in words]


def test_the_mail_names_nobody_and_nothing(url, shift):
    words = mail.outbox[-1].subject + mail.outbox[-1].body

    for delicate in ("Wren", "Ines", "Low Tide", shift.production.code, "nudity", NUMBER):
        assert delicate not in words


def test_a_mentor_with_an_account_gets_no_link(at):
    shift = make_waiting_shift(make_mentorship(at=at), on=days_ago(2), at=at)

    assert make_link(shift=shift, at=at) is None
    with pytest.raises(CannotSend):
        ask_for_link(shift=shift, at=at)
    assert not SignLink.objects.exists()


def test_a_new_link_ends_the_one_before(shift, link, phone, url):
    made = make_link(shift=shift, at=timezone.now())

    link.refresh_from_db()
    assert link.ended_at is not None
    assert phone.get(url).status_code == 410
    assert phone.get(f"/mentoring/sign/{made.token}/").status_code == 200


def test_the_database_keeps_one_open_link_a_shift(shift, link):
    with pytest.raises(IntegrityError, match=r"shift_id|signlink_one_open_a_shift"), transaction.atomic():
        SignLink.objects.create(
            shift=shift, mentor=link.mentor, digest="0" * 64, sent_at=link.sent_at, expires_at=link.expires_at
        )


@pytest.mark.parametrize("ending", ["taken back", "changed", "void", "declined"])
def test_whatever_takes_the_shift_away_ends_its_link(shift, link, phone, url, ending):
    at = timezone.now()
    if ending == "taken back":
        take_back_shift(shift=shift, at=at)
    elif ending == "void":
        void_shift(shift=shift, by=shift.learner, reason=VoidReason.WITHDRAWN, at=at)
    elif ending == "declined":
        phone.post(f"{url}decline/", {"reason": "NOT_THERE", "number": NUMBER})
    else:
        phone.post(f"{url}ask/", {"question": "Was the wrap 18:15?", "number": NUMBER})
        shift = change_shift(
            shift=shift, mentorship=shift.mentorship, production=shift.production, at=at,
            **shift_fields(on=days_ago(2), break_minutes=0),
        )  # fmt: skip

    link.refresh_from_db()
    assert not is_open(link, at)


def test_a_learner_has_it_sent_again_but_not_every_minute(client, shift, link, django_capture_on_commit_callbacks):
    SignLink.objects.filter(pk=link.pk).update(sent_at=link.sent_at - timedelta(minutes=11))
    client.force_login(shift.learner)
    address = f"/shifts/{shift.pk}/link/"

    with django_capture_on_commit_callbacks(execute=True):
        page = client.post(address, follow=True)
        soon = client.post(address, follow=True)

    assert "A new link is on its way" in page.text
    assert "A link went out a few minutes ago" in soon.text
    link.refresh_from_db()
    assert link.ended_at is not None
    assert len(mail.outbox) == 2


def test_nobody_else_has_it_sent(client, shift, link):
    client.force_login(make_person("Charlie"))

    assert client.post(f"/shifts/{shift.pk}/link/").status_code == 404


def test_no_link_is_asked_for_what_is_not_with_them(client, shift):
    take_back_shift(shift=shift, at=timezone.now())
    client.force_login(shift.learner)

    page = client.post(f"/shifts/{shift.pk}/link/", follow=True)

    assert "not with your mentor now" in page.text


# Reading ---------------------------------------------------------------------------------------------------


def test_the_page_shows_what_is_sealed_and_that_one_shift_only(phone, shift, url, mentorship, at):
    make_waiting_shift(mentorship, on=days_ago(9), at=at, break_minutes=11)

    page = phone.get(url)

    for words in ("Wren", "they/them", "07:30 to 18:15", "Rehearsal, shoot", "2 kiss", "Under a union agreement"):
        assert words in page.text
    assert "breaks 11 min" not in page.text
    assert "Low Tide" not in page.text
    assert "Ask before the door closes." not in page.text


@pytest.mark.parametrize("under", ["", "ask/", "decline/"])
def test_no_page_behind_a_link_is_kept_indexed_or_told_of(phone, url, under):
    page = phone.get(url + under)

    assert page.status_code == 200
    assert page["Cache-Control"] == "no-store"
    assert page["Referrer-Policy"] == "no-referrer"
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert '<meta name="robots" content="noindex, nofollow">' in page.text
    assert "<title>" in page.text
    assert "Wren" not in page.text.split("</title>")[0]
    assert not page.cookies


def test_looking_at_it_uses_nothing_up(phone, url, link):
    phone.get(url)
    phone.head(url)

    link.refresh_from_db()
    assert (link.used_at, link.ended_at) == (None, None)


# Signing ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [NUMBER, "sag-7741", " SAG-77  41 "])
def test_they_sign_once_with_their_number_whatever_its_case_and_spaces(phone, shift, url, link, number):
    seen = phone.get(url).context["form"]["seen"].value()

    answer = phone.post(url, {"seen": seen, "TALKS": "ASSISTED", "word": "Steady hands.", "number": number})
    page = phone.get(answer.url)
    again = phone.post(url, {"seen": seen, "number": number})

    shift = Shift.objects.whole().get(pk=shift.pk)
    assert (shift.state, shift.sealed_by, shift.signed_by) == (ShiftState.SIGNED, SealedBy.OUTSIDE, None)
    assert shift.sealed["authentication"] == "link"
    assert shift.sealed["signer"]["name"] == "Ines Okafor"
    assert seal_holds(shift)
    assert assertion_holds(shift)
    assert [message.text for message in messages_for(shift, shift.learner)] == ["Steady hands."]
    for calm in (page, again):
        assert (calm.status_code, "Signed and sealed. Thank you." in calm.text) == (200, True)
        assert "Wren" not in calm.text
    link.refresh_from_db()
    assert link.used_at is not None


def test_without_the_number_nothing_is_signed_and_all_is_kept(phone, shift, url):
    page = phone.post(url, {"TALKS": "LED", "word": "Steady hands.", "number": "SAG-1"})

    assert page.status_code == 422
    assert "not the number the registrar has" in page.text
    assert "Steady hands." in page.text
    assert page.context["form"]["TALKS"].value() == "LED"
    assert phone.post(url, {"TALKS": "LED"}).status_code == 422
    assert Shift.objects.get(pk=shift.pk).signed_at is None


def test_who_guesses_the_number_loses_the_link(phone, shift, url, link):
    pages = [phone.post(f"{url}{under}", {"question": "?", "reason": "OTHER", "number": "SAG-1"})
             for under in ["", "ask/", "decline/", "", ""]]  # fmt: skip

    assert len(pages) == WRONG_NUMBERS
    assert [page.status_code for page in pages] == [422, 422, 422, 422, 410]
    assert phone.post(url, {"number": NUMBER}).status_code == 410
    assert Shift.objects.get(pk=shift.pk).signed_at is None
    assert [entry.verb for entry in history.entries_about(shift)][-1] == "link.ended"


def test_what_changed_while_they_read_is_shown_anew(phone, shift, url):
    page = phone.post(url, {"seen": "0" * 64, "TALKS": "LED", "number": NUMBER})

    assert (page.status_code, "changed this shift while you were reading" in page.text) == (422, True)
    assert page.context["form"]["seen"].value() == what_is_signed(Shift.objects.whole().get(pk=shift.pk))


def test_one_whose_credential_ran_out_is_told_so(phone, shift, url, link):
    link.mentor.credential_expires_on = days_ago(1)
    link.mentor.save()

    page, answer = phone.get(url), phone.post(url, {"number": NUMBER})

    assert "You cannot sign today" in page.text
    assert (answer.status_code, "Your credential ran out" in answer.text) == (422, True)
    assert Shift.objects.get(pk=shift.pk).signed_at is None


# Asking and declining --------------------------------------------------------------------------------------


def test_asking_keeps_the_link_until_the_answer_brings_a_new_one(
    phone, shift, url, link, django_capture_on_commit_callbacks
):
    asked = phone.post(f"{url}ask/", {"question": "Was the wrap 18:15?", "number": NUMBER})
    waiting = phone.get(asked.url)
    late = phone.post(f"{url}ask/", {"question": "And the call?", "number": NUMBER})
    with django_capture_on_commit_callbacks(execute=True):
        submit_shift(shift=shift, answer="Yes.", at=timezone.now())
    new = phone.get(f"/mentoring/sign/{token_in_mail()}/")

    assert asked.url == url
    assert "When they answer, you get a new link" in waiting.text
    assert late.status_code == 422
    assert phone.get(url).status_code == 410
    assert "Was the wrap 18:15?" in new.text
    assert "Ines Okafor" in new.text
    assert "None," not in new.text


def test_a_no_has_its_reason_and_uses_the_link_up(phone, shift, url):
    bare = phone.post(f"{url}decline/", {"reason": "OTHER", "number": NUMBER})
    answer = phone.post(f"{url}decline/", {"reason": "NOT_THERE", "words": "I was abroad.", "number": NUMBER})

    page = phone.get(answer.url)

    assert (bare.status_code, "Say in a sentence" in bare.text) == (422, True)
    assert "Declined. Thank you for saying so." in page.text
    assert Shift.objects.whole().get(pk=shift.pk).state is ShiftState.DECLINED


# Links that open nothing -----------------------------------------------------------------------------------


def test_an_expired_link_says_what_to_do(phone, shift, url, link):
    SignLink.objects.filter(pk=link.pk).update(
        sent_at=timezone.now() - timedelta(days=4), expires_at=timezone.now() - timedelta(minutes=1)
    )

    for page in (phone.get(url), phone.post(url, {"number": NUMBER})):
        assert (page.status_code, "ask the learner to send you a new link" in page.text) == (410, True)
    assert Shift.objects.get(pk=shift.pk).signed_at is None


def test_an_unknown_link_is_not_there_and_guessing_is_slowed(phone, db):
    page = phone.get("/mentoring/sign/not-a-token/")
    for _guess in range(MISSES - 1):
        phone.get("/mentoring/sign/not-a-token/")
    slow = phone.get("/mentoring/sign/not-a-token/")

    assert (page.status_code, "We know no such link" in page.text) == (404, True)
    assert slow.status_code == 429
    assert slow["Retry-After"]
    assert page["Referrer-Policy"] == "no-referrer"


def test_no_line_of_a_log_holds_a_token(phone, url, shift):
    token = token_in_mail()
    lines = io.StringIO()
    handler = next(one for one in logging.getLogger().handlers if one.name == "console")
    before = handler.setStream(lines)
    try:
        phone.post(url, {"number": "SAG-1"})  # 422
        phone.put(url)  # 405
        make_link(shift=shift, at=timezone.now())
        phone.get(f"{url}ask/")  # 410
        logging.getLogger("django.server").info('"GET %s HTTP/1.1" 200', url)
    finally:
        handler.setStream(before)

    assert token not in lines.getvalue()
    assert lines.getvalue().count("/mentoring/sign/…/") == 4
    assert find_link(token) is not None


def test_a_stranger_with_an_account_sees_no_more_than_one_without(client, url, at):
    client.force_login(make_enrolment(at=at).learner)

    assert "One to sign" in client.get(url).text
