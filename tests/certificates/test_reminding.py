"""Are holders written to 90, 30 and 7 days before the end, when it came and when it lapsed; once each, calmly?"""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from certificates.models import Certificate, RenewalReminder
from certificates.reminding import remind_of_renewals
from certificates.renewing import ask_to_renew
from certificates.status import suspend_certificate
from tests.factories.certificates import make_certificate
from tests.factories.people import NOON, make_registrar
from tests.factories.renewals import DAY, make_learned, make_renewable

pytestmark = pytest.mark.django_db


def steps(certificate: Certificate) -> list[str]:
    return list(RenewalReminder.objects.filter(certificate=certificate).order_by("pk").values_list("step", flat=True))


def test_every_step_is_written_about_once(django_capture_on_commit_callbacks, mailoutbox) -> None:
    certificate = make_renewable(ends_in=200 * DAY)
    mailoutbox.clear()

    with django_capture_on_commit_callbacks(execute=True):
        for day in range(0, 270, 5):
            remind_of_renewals(at=NOON + day * DAY)

    assert steps(certificate) == ["DAYS_90", "DAYS_30", "DAYS_7", "GRACE", "LAPSED"]
    assert {mail.subject for mail in mailoutbox} == {"A date to keep in mind"}
    assert len(mailoutbox) == 5
    assert all(f"/certificates/{certificate.number}/renewal/" in mail.body for mail in mailoutbox)
    assert "as if you had asked in time" in mailoutbox[3].body
    assert "reinstated" in mailoutbox[4].body


@pytest.mark.parametrize(
    ("ends_in", "step"),
    [
        (91, None),
        (90, "DAYS_90"),
        (31, "DAYS_90"),
        (30, "DAYS_30"),
        (6, "DAYS_7"),
        (0, "GRACE"),
        (-31, "LAPSED"),
        (-61, None),
    ],
)
def test_of_steps_that_passed_only_the_nearest_is_written_about(ends_in: int, step: str | None) -> None:
    certificate = make_renewable(ends_in=ends_in * DAY)
    at = certificate.valid_until - timedelta(days=ends_in)

    count = remind_of_renewals(at=at)

    assert (count, steps(certificate)) == ((1, [step]) if step else (0, []))


def test_who_has_asked_or_is_suspended_is_left_in_peace() -> None:
    asked, suspended = make_renewable(), make_renewable()
    make_learned(asked)
    ask_to_renew(certificate=asked, by=asked.holder, at=NOON)
    suspend_certificate(certificate=suspended, reason="A case is looked into", by=make_registrar(), at=NOON)

    assert remind_of_renewals(at=NOON) == 0


def test_without_terms_the_end_is_said_before_it_comes_and_not_after() -> None:
    certificate = make_certificate(at=NOON - 1000 * DAY)

    assert remind_of_renewals(at=certificate.valid_until - 20 * DAY) == 1
    assert remind_of_renewals(at=certificate.valid_until + DAY) == 0


def test_the_command_says_what_it_did() -> None:
    out = StringIO()
    call_command("remind_renewals", "--dry-run", stdout=out)
    call_command("remind_renewals", stdout=out)

    assert out.getvalue().splitlines() == ["Dry run: 0 certificates would be looked at.", "0 reminders written."]


def test_the_database_keeps_one_for_each_step() -> None:
    certificate = make_renewable()
    remind_of_renewals(at=NOON)
    there = RenewalReminder.objects.get()

    with pytest.raises(IntegrityError), transaction.atomic():
        RenewalReminder.objects.create(certificate=certificate, until=there.until, step=there.step, made_at=NOON)
