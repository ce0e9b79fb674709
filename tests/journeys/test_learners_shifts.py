"""What a learner does about their days, on a telephone: a day like the last, a name seen, a journal, a dispute."""

import hashlib
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from assessments.answering import decline_shift, propose_hours
from assessments.models import DeclineReason, JournalEntry, Shift, ShiftDispute, ShiftState
from cms.accounts.models import User
from tests.factories.courses import make_enrolment, make_site
from tests.factories.people import make_person, restore_staff_rights
from tests.factories.shifts import days_ago, make_mentor, make_mentorship, make_signed_shift, make_waiting_shift

from .conftest import Watched

pytestmark = pytest.mark.django_db(transaction=True)


def let_in(person: Watched, account: User) -> None:
    client = Client()
    client.force_login(account)
    person.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": person.base}])


@pytest.fixture
def mentorship():
    make_site()
    restore_staff_rights()
    now = timezone.now()
    learner = make_person("Wren", time_zone="Europe/London")
    mentor = make_mentor("Tomasz", at=now)
    return make_mentorship(mentor=mentor, enrolment=make_enrolment(learner=learner, at=now), at=now)


def test_a_day_like_the_last_takes_a_few_taps_and_a_name_is_asked_about(people, mentorship):
    last = make_signed_shift(mentorship, on=days_ago(2), at=timezone.now())
    learner = people(width=360, dark=True)
    let_in(learner, mentorship.learner)

    learner.goto("/shifts/")
    learner.follow("Same as")
    page = learner.page
    page.get_by_label("Date").fill(days_ago(1).isoformat())
    page.get_by_label("Kiss", exact=True).fill("2")
    page.get_by_label("What you learnt").fill("Sarah was calm. I listened.")
    learner.click("Hand to Tomasz")
    learner.seen.clear()
    learner.look()
    learner.sees("This looks like somebody’s name.")
    expect(page.get_by_label("What you learnt")).to_have_value("Sarah was calm. I listened.")
    page.get_by_label("Keep it as it is").check()
    learner.click("Hand to Tomasz")

    learner.sees("Handed to Tomasz.")
    new = Shift.objects.exclude(pk=last.pk).get()
    assert (new.state, new.scenes, new.duties) == (ShiftState.WAITING, {"KISS": 2}, last.duties)


def test_a_journal_is_kept_and_opened_again(people, mentorship):
    shift = make_signed_shift(mentorship, on=days_ago(2), at=timezone.now())
    learner = people(width=320)
    let_in(learner, mentorship.learner)

    learner.goto(f"/shifts/{shift.pk}/")
    learner.follow("Open my journal")
    learner.page.get_by_label("What you would like to remember").fill("Count to five, then ask.")
    learner.click("Keep it")

    learner.sees("Kept, for you alone.")
    expect(learner.page.get_by_label("What you would like to remember")).to_have_value("Count to five, then ask.")
    assert JournalEntry.objects.get().text == "Count to five, then ask."


def test_a_call_sheet_stays_on_the_device_and_its_digest_goes_to_the_registrar(people, mentorship, tmp_path: Path):
    now = timezone.now()
    shift = make_waiting_shift(mentorship, on=days_ago(2), at=now)
    decline_shift(shift=shift, mentor=mentorship.mentor, reason=DeclineReason.NOT_SO, words="Half a day.", at=now)
    sheet = tmp_path / "sheet.pdf"
    sheet.write_bytes(b"%PDF-1.7 the call sheet of an invented production")
    learner = people(width=360)
    let_in(learner, mentorship.learner)
    sent: list[bytes] = []
    learner.page.on("request", lambda request: sent.append(request.post_data_buffer or b""))

    learner.goto(f"/shifts/{shift.pk}/")
    learner.follow("Take it to the registrar")
    learner.page.get_by_label("What happened, as you saw it").fill("I stayed until the wrap.")
    learner.page.get_by_label("Or choose the call sheet").set_input_files(sheet)
    digest = hashlib.sha256(sheet.read_bytes()).hexdigest()
    expect(learner.page.get_by_label("Digest of a call sheet")).to_have_value(digest)
    learner.click("Send it to the registrar")
    learner.seen.clear()
    learner.look()

    learner.sees("The registrar has asked Tomasz for their account")
    assert ShiftDispute.objects.get().call_sheet == digest
    assert not [body for body in sent if b"invented production" in body]


def test_without_scripts_hours_are_accepted_and_a_signed_day_is_amended(people, mentorship):
    now = timezone.now()
    signed = make_signed_shift(mentorship, on=days_ago(4), at=now)
    shift = make_waiting_shift(mentorship, on=days_ago(2), at=now)
    propose_hours(
        shift=shift, mentor=mentorship.mentor, call_at=shift.call_at, wrap_at=shift.wrap_at, break_minutes=60, at=now
    )
    learner = people(width=360, scripts=False)
    let_in(learner, mentorship.learner)

    learner.goto("/shifts/")
    learner.follow("Read it and answer")
    learner.click("Accept 9 h 45")
    learner.sees("Accepted. Tomasz has it again, to sign.")
    learner.goto(f"/shifts/{signed.pk}/")
    learner.click("Amend it")
    learner.page.get_by_label("Breaks, in minutes").fill("30")
    learner.click("Hand to Tomasz")

    learner.sees("This amends what was signed on")
    assert Shift.objects.get(version=2).minutes == 615
    assert Shift.objects.whole().get(pk=signed.pk).state is ShiftState.SIGNED
