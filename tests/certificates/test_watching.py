"""Who is told when a certificate changes, how often, and what do they learn?"""

from datetime import timedelta
from functools import partial

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from certificates import watch_notices, watching
from certificates.editions import new_edition
from certificates.issuing import replace_certificate
from certificates.models import (
    EditionReason,
    EndOfWatch,
    RevocationReason,
    Watch,
    WatchChange,
    WatchNotice,
)
from certificates.status import reinstate_certificate, revoke_certificate, suspend_certificate
from certificates.watch_notices import CLAIM, keep_watch, send_one, send_waiting
from certificates.watching import CannotWatch, begin_watch, end_watch, note_change, run_out
from cms.accounts.models import Entry
from cms.records import register as records
from tests.courses.races import meet_in, side_by_side, take_locks_away
from tests.factories.certificates import make_certificate
from tests.factories.people import NOON, make_person, make_registrar
from tests.factories.register import make_watch

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LATER = NOON + DAY


def to_watcher(mailoutbox, watch: Watch) -> list:
    """The holder is written to as well: not here."""
    return [mail for mail in mailoutbox if mail.to == [watch.watcher.email]]


def verbs() -> list[str]:
    return list(Entry.objects.filter(chain__name="watches").order_by("number").values_list("verb", flat=True))


def changes() -> list[str]:
    return list(WatchNotice.objects.order_by("pk").values_list("change", flat=True))


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    """What happens inside is committed, with the mail that follows it."""
    return partial(django_capture_on_commit_callbacks, execute=True)


# Beginning and ending ---------------------------------------------------------------------------------------


def test_asking_again_is_the_same_watch_with_the_newest_words():
    watch = make_watch()

    same = make_watch(watch.certificate, watcher=watch.watcher, at=LATER, until=watch.until)
    changed = make_watch(watch.certificate, watcher=watch.watcher, at=LATER, purpose="Booked again")

    assert {watch.pk, same.pk, changed.pk} == {Watch.objects.get().pk}
    assert (Watch.objects.get().purpose, Watch.objects.get().begun_at) == ("Booked again", NOON)
    assert verbs() == ["watch.begun", "watch.changed"]


def test_what_history_keeps_of_a_watch_names_nobody():
    make_watch(shown_as="Lantern Row", purpose="For Low Tide")

    assert "Lantern" not in str(Entry.objects.get(verb="watch.begun").facts)
    assert "Low Tide" not in str(Entry.objects.get(verb="watch.begun").facts)


@pytest.mark.parametrize(("days", "field"), [(0, "until"), (-1, "until"), (549, "until"), (1, None), (548, None)])
def test_a_watch_ends_within_eighteen_months(days, field):
    until = (NOON + days * DAY).date()

    if field is None:
        assert make_watch(until=until).until == until
        return
    with pytest.raises(CannotWatch) as refusal:
        make_watch(until=until)
    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("change", "field"),
    [({"shown_as": " "}, "shown_as"), ({"shown_as": "x" * 81}, "shown_as"), ({"purpose": ""}, "purpose")],
)
def test_a_watch_says_who_and_what_for(change, field):
    with pytest.raises(CannotWatch) as refusal:
        make_watch(**change)

    assert refusal.value.field == field


def test_there_is_nothing_to_watch_on_ones_own_a_revoked_and_a_replaced_certificate():
    own, revoked, replaced = (make_certificate(at=NOON) for _each in range(3))
    registrar = make_registrar()
    revoke_certificate(certificate=revoked, reason=RevocationReason.ERROR, by=registrar, at=NOON)
    replace_certificate(certificate=replaced, holder_name="Ana Prosser", by=registrar, at=NOON)

    for certificate, watcher in ((own, own.holder), (revoked, None), (replaced, None)):
        with pytest.raises(CannotWatch):
            make_watch(certificate, watcher=watcher, at=LATER)

    assert Watch.objects.count() == 0


def test_too_many_watches_are_refused(monkeypatch):
    monkeypatch.setattr(watching, "MOST", 1)
    watch = make_watch()

    with pytest.raises(CannotWatch, match="End some"):
        make_watch(watcher=watch.watcher)


def test_the_holder_ends_it_and_the_watcher_is_told_that_and_nothing_else(committed, mailoutbox):
    by_holder, by_day = make_watch(), make_watch(until=LATER.date())

    with committed():
        end_watch(watch=by_holder, by=by_holder.certificate.holder, at=LATER)
        end_watch(watch=by_holder, by=by_holder.certificate.holder, at=LATER + DAY)
        run_out(watch=by_day, at=LATER + DAY)

    by_holder.refresh_from_db()
    assert (by_holder.ended_at, by_holder.ended_because) == (LATER, EndOfWatch.HOLDER)
    first, second = mailoutbox
    assert first.subject == second.subject == "A watch of yours has ended"
    # Why it ended cannot be read off it: but for the number, both say the same.
    assert first.body.replace(by_holder.certificate.number, "#") == second.body.replace(by_day.certificate.number, "#")


def test_who_ends_their_own_watch_hears_nothing_more(committed, mailoutbox):
    watch = make_watch()

    with committed():
        end_watch(watch=watch, by=watch.watcher, at=LATER)
        suspend_certificate(certificate=watch.certificate, reason="Looked into", by=make_registrar(), at=LATER)

    assert (to_watcher(mailoutbox, watch), changes()) == ([], [])


# Changes ----------------------------------------------------------------------------------------------------


def test_every_change_is_told_once_and_by_a_mail_that_says_neither_what_nor_who(committed, mailoutbox):
    watch, registrar = make_watch(), make_registrar()
    certificate = watch.certificate

    with committed():
        suspend_certificate(certificate=certificate, reason="A case of harm", by=registrar, at=LATER)
        suspend_certificate(certificate=certificate, reason="A case of harm", by=registrar, at=LATER + DAY)
    with committed():
        reinstate_certificate(certificate=certificate, by=registrar, at=LATER + 2 * DAY)
    with committed():
        suspend_certificate(certificate=certificate, reason="Another case", by=registrar, at=LATER + 3 * DAY)
    with committed():
        revoke_certificate(certificate=certificate, reason=RevocationReason.ETHICS, by=registrar, at=LATER + 4 * DAY)

    assert changes() == ["SUSPENDED", "REINSTATED", "SUSPENDED", "REVOKED"]
    told = to_watcher(mailoutbox, watch)
    assert [mail.subject for mail in told] == ["Something you watch has changed"] * 4
    for mail in told:
        assert f"http://localhost:8000/verify/{certificate.number}/" in mail.body
        for secret in ("Ana", "harm", "suspen", "revok", "thics", "Lantern"):
            assert secret not in mail.body
    watch.refresh_from_db()
    assert watch.ended_because == EndOfWatch.REVOKED


def test_a_watch_goes_over_to_the_newer_number_without_a_former_name(committed, mailoutbox):
    watch = make_watch()
    old = watch.certificate

    with committed():
        newer = replace_certificate(certificate=old, holder_name="Ana Prosser", by=make_registrar(), at=LATER)
    with committed():
        suspend_certificate(certificate=newer, reason="Looked into", by=make_registrar(), at=LATER + DAY)

    watch.refresh_from_db()
    assert (watch.certificate, watch.ended_at) == (newer, None)
    assert changes() == ["REPLACED", "SUSPENDED"]
    told = to_watcher(mailoutbox, watch)
    assert len(told) == 2
    for mail in told:
        assert newer.number in mail.body
        assert "Núñez" not in mail.body
        assert "Prosser" not in mail.body
    assert list(records.faults()) == []


def test_a_renewal_is_told_and_another_consent_is_not():
    watch = make_watch()

    new_edition(
        certificate=watch.certificate,
        because=EditionReason.CONSENT,
        by=watch.certificate.holder,
        at=LATER,
        shows_name=False,
    )
    new_edition(
        certificate=watch.certificate,
        because=EditionReason.RENEWAL,
        by=make_registrar(),
        at=LATER + DAY,
        valid_until=watch.certificate.valid_until + 365 * DAY,
    )

    assert changes() == ["RENEWED"]


def test_what_time_changes_is_noted_once_by_the_daily_round(mailoutbox, committed):
    certificate = make_certificate(at=NOON)
    begun = certificate.expiring_from - DAY
    make_watch(certificate, at=begun, until=(begun + 200 * DAY).date())

    with committed():
        for at in (begun, begun + DAY, begun + 2 * DAY, certificate.valid_until, certificate.valid_until + DAY):
            keep_watch(at=at)

    assert changes() == ["EXPIRING", "EXPIRED"]
    assert len(mailoutbox) == 2


def test_nothing_is_noted_of_what_the_public_page_does_not_show():
    """A certificate that is suspended when its last stretch begins says suspended, then as before."""
    certificate = make_certificate(at=NOON)
    begun = certificate.expiring_from - DAY
    make_watch(certificate, at=begun, until=(begun + 200 * DAY).date())
    suspend_certificate(certificate=certificate, reason="Looked into", by=make_registrar(), at=begun + DAY / 2)

    keep_watch(at=begun + 2 * DAY)

    assert changes() == ["SUSPENDED"]


def test_what_time_changed_before_a_watch_began_or_anything_after_its_day_is_not_told():
    certificate = make_certificate(at=NOON)
    begun = certificate.expiring_from + DAY
    make_watch(certificate, at=begun, until=(begun + DAY).date())

    keep_watch(at=begun + DAY)
    note_change(certificate=certificate, change=WatchChange.SUSPENDED, at=begun + 3 * DAY)

    assert changes() == []


def test_a_change_by_a_request_whose_clock_ran_behind_is_told_all_the_same():
    """It waited for the lock while the watch began."""
    watch, registrar = make_watch(), make_registrar()
    moment = NOON - timedelta(milliseconds=20)

    suspend_certificate(certificate=watch.certificate, reason="Looked into", by=registrar, at=moment)
    revoke_certificate(certificate=watch.certificate, reason=RevocationReason.ERROR, by=registrar, at=moment)

    watch.refresh_from_db()
    assert changes() == ["SUSPENDED", "REVOKED"]
    assert (watch.ended_at, watch.ended_because) == (NOON, EndOfWatch.REVOKED)
    assert list(records.faults()) == []


def test_the_last_day_counts_and_the_day_after_ends_it(committed, mailoutbox):
    watch = make_watch(until=LATER.date())

    with committed():
        keep_watch(at=LATER)
        assert Watch.objects.get().ended_at is None
        keep_watch(at=LATER + DAY)
        keep_watch(at=LATER + 2 * DAY)

    watch.refresh_from_db()
    assert watch.ended_because == EndOfWatch.RAN_OUT
    assert [mail.subject for mail in mailoutbox] == ["A watch of yours has ended"]


def test_a_change_that_is_rolled_back_is_not_told(committed, mailoutbox):
    watch = make_watch()

    with committed(), pytest.raises(RuntimeError), transaction.atomic():
        suspend_certificate(certificate=watch.certificate, reason="Looked into", by=make_registrar(), at=LATER)
        raise RuntimeError

    assert (changes(), mailoutbox) == ([], [])


# Sending ----------------------------------------------------------------------------------------------------


def test_a_notice_is_sent_once_however_often_it_is_tried(mailoutbox):
    watch = make_watch()
    suspend_certificate(certificate=watch.certificate, reason="Looked into", by=make_registrar(), at=LATER)
    notice = WatchNotice.objects.get()

    outcomes = [send_one(notice_id=notice.pk, at=LATER), send_one(notice_id=notice.pk, at=LATER + CLAIM)]

    assert (outcomes, send_waiting(at=LATER + DAY), len(mailoutbox)) == ([True, False], 0, 1)


def test_a_mail_that_failed_is_sent_by_the_next_round(monkeypatch, mailoutbox):
    watch = make_watch()
    suspend_certificate(certificate=watch.certificate, reason="Looked into", by=make_registrar(), at=LATER)

    with monkeypatch.context() as broken:
        broken.setattr(watch_notices, "send_notice", lambda notice: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            send_waiting(at=LATER)

    assert send_waiting(at=LATER + timedelta(minutes=1)) == 0  # whoever claimed it may still be at it
    assert send_waiting(at=LATER + CLAIM) == 1
    assert len(mailoutbox) == 1


def test_a_closed_account_gets_no_mail(mailoutbox):
    watch = make_watch()
    watch.watcher.is_active = False
    watch.watcher.save()
    suspend_certificate(certificate=watch.certificate, reason="Looked into", by=make_registrar(), at=LATER)

    send_waiting(at=LATER)

    assert mailoutbox == []


def test_the_command_says_what_it_did(capsys):
    watch = make_watch()
    suspend_certificate(certificate=watch.certificate, reason="Looked into", by=make_registrar(), at=LATER)

    call_command("send_watch_notices", "--dry-run")
    call_command("send_watch_notices")
    call_command("send_watch_notices")

    assert capsys.readouterr().out.splitlines() == [
        "Dry run: 1 notices wait.",
        "0 changes by time noted, 0 watches ended, 1 notices sent.",
        "0 changes by time noted, 0 watches ended, 0 notices sent.",
    ]


# What cannot be, and what was recorded ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"ended_at": LATER},
        {"ended_because": EndOfWatch.HOLDER},
        {"ended_at": NOON - DAY, "ended_because": EndOfWatch.HOLDER},
        {"shown_as": ""},
    ],
)
def test_the_database_refuses_an_impossible_watch(change):
    watch = make_watch()

    with pytest.raises(IntegrityError, match="watch_"), transaction.atomic():
        Watch.objects.filter(pk=watch.pk).update(**change)


def test_the_database_refuses_a_second_open_watch_and_a_second_notice():
    watch = make_watch()
    said = {"watch": watch, "change": WatchChange.SUSPENDED, "changed_at": LATER, "number": "CS-1"}
    WatchNotice.objects.create(**said)

    with pytest.raises(IntegrityError), transaction.atomic():
        WatchNotice.objects.create(**said)
    with pytest.raises(IntegrityError), transaction.atomic():
        WatchNotice.objects.create(**said | {"changed_at": LATER + DAY, "sent_at": LATER})
    with pytest.raises(IntegrityError), transaction.atomic():
        Watch.objects.create(
            watcher=watch.watcher, certificate=watch.certificate, shown_as="A", purpose="B", begun_at=NOON, until=LATER
        )


@pytest.mark.parametrize(
    "change", [{"until": (NOON + 400 * DAY).date()}, {"ended_at": LATER, "ended_because": EndOfWatch.HOLDER}]
)
def test_a_watch_altered_behind_our_back_is_found(change):
    watch = make_watch()
    assert list(records.faults()) == []

    Watch.objects.filter(pk=watch.pk).update(**change)

    assert [fault.row for fault in records.faults()] == [f"watch:{watch.pk}"]


# At once ----------------------------------------------------------------------------------------------------


def asked_for(certificate, watcher):
    return partial(
        begin_watch,
        watcher=watcher,
        certificate=certificate,
        until=(NOON + 90 * DAY).date(),
        shown_as="Lantern Row",
        purpose="Booked",
        at=NOON,
    )


@pytest.mark.django_db(transaction=True)
def test_asked_for_four_times_at_once_there_is_one_watch_and_four_calm_answers():
    certificate, watcher = make_certificate(at=NOON - DAY), make_person("Jonah")

    answers = side_by_side(*[asked_for(certificate, watcher)] * 4)

    assert {type(answer) for answer in answers} == {Watch}
    assert (Watch.objects.count(), verbs()) == (1, ["watch.begun"])


@pytest.mark.django_db(transaction=True)
def test_twin_without_the_lock_one_who_asks_is_hurt(monkeypatch):
    certificate, watcher = make_certificate(at=NOON - DAY), make_person("Jonah")
    calls = [asked_for(certificate, watcher)] * 2
    take_locks_away(monkeypatch)
    meet_in(monkeypatch, watching, "open_watches")

    answers = side_by_side(*calls)

    assert any(isinstance(answer, Exception) for answer in answers)
    assert Watch.objects.count() <= 1


def about_changes(mails) -> int:
    return [mail.subject for mail in mails].count("Something you watch has changed")


@pytest.mark.django_db(transaction=True)
def test_sent_by_four_at_once_a_notice_is_one_mail(mailoutbox):
    watch = make_watch()
    notice = WatchNotice.objects.create(
        watch=watch, change=WatchChange.SUSPENDED, changed_at=LATER, number=watch.certificate.number
    )

    answers = side_by_side(*[partial(send_one, notice_id=notice.pk, at=LATER)] * 4)

    assert sorted(answers) == [False, False, False, True]
    assert about_changes(mailoutbox) == 1


@pytest.mark.django_db(transaction=True)
def test_twin_without_the_claim_a_notice_is_several_mails(monkeypatch, mailoutbox):
    watch = make_watch()
    notice = WatchNotice.objects.create(
        watch=watch, change=WatchChange.SUSPENDED, changed_at=LATER, number=watch.certificate.number
    )
    update = QuerySet.update

    def claims_whatever_it_finds(rows, **values):
        return update(WatchNotice.objects.filter(pk=notice.pk) if "claimed_at" in values else rows, **values)

    monkeypatch.setattr(QuerySet, "update", claims_whatever_it_finds)

    side_by_side(*[partial(send_one, notice_id=notice.pk, at=LATER)] * 2)

    assert about_changes(mailoutbox) == 2


@pytest.mark.django_db(transaction=True)
def test_a_watch_asked_for_as_the_status_changes_is_told_or_began_after_it():
    certificate, watcher, registrar = make_certificate(at=NOON - DAY), make_person("Jonah"), make_registrar()

    watch, _changed = side_by_side(
        asked_for(certificate, watcher),
        partial(suspend_certificate, certificate=certificate, reason="Looked into", by=registrar, at=NOON),
    )

    assert isinstance(watch, Watch)
    certificate.refresh_from_db()
    assert certificate.suspended_at == NOON
    # Which came first is told by history, whose chains are written under the same lock.
    verbs = Entry.objects.filter(verb__in=["watch.begun", "certificate.suspended"]).order_by("pk")
    began_first = verbs.first().verb == "watch.begun"
    assert changes() == (["SUSPENDED"] if began_first else [])
