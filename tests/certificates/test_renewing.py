"""How a certificate goes on: from its old end in time, from the day once it lapsed, and never by its own holder."""

import json
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from assessments.agreements import publish_agreement, sign_agreement
from certificates import renewing
from certificates.checking import check_certificate, is_sound
from certificates.issuing import CannotIssue, replace_certificate
from certificates.ledger import CannotEnter, CannotJudge, return_credit, withdraw_credit
from certificates.models import (
    Certificate,
    CountedCredit,
    CreditEntry,
    PastEdition,
    Renewal,
    RenewalPhase,
    RevocationReason,
    WatchChange,
    WatchNotice,
)
from certificates.renewing import CannotRenew, ask_to_renew, confirm_renewal, decline_renewal, prospect_of
from certificates.snapshots import still_met
from certificates.status import reinstate_certificate, revoke_certificate, suspend_certificate
from cms.accounts.models import Entry
from tests.certificates.logs import events
from tests.factories.certificates import make_completion
from tests.factories.people import NOON, make_person, make_registrar
from tests.factories.register import make_watch
from tests.factories.renewals import DAY, fresh, make_asked, make_credit, make_learned, make_renewable, make_terms

pytestmark = pytest.mark.django_db


def ask(certificate: Certificate, *, at: datetime = NOON, words: str = "") -> Renewal:
    return ask_to_renew(certificate=certificate, by=certificate.holder, at=at, words=words)


def confirm(renewal: Renewal, *, at: datetime = NOON, excused_because: str = "") -> Certificate:
    return confirm_renewal(renewal=renewal, by=make_registrar(), at=at, excused_because=excused_because)


def test_a_renewal_in_time_runs_from_the_old_end_at_the_same_number() -> None:
    renewal = make_asked()
    before = renewal.certificate

    renewed = confirm(renewal, at=NOON + DAY)

    answer = check_certificate(number=before.number, at=NOON + DAY)
    assert (renewed.number, renewed.public_id, renewed.awarded_on) == (
        before.number,
        before.public_id,
        before.awarded_on,
    )
    assert (renewed.edition, renewed.signed_at) == (2, NOON + DAY)
    assert renewed.valid_until == before.valid_until.replace(year=before.valid_until.year + 3)
    assert renewed.basis == [
        *before.basis,
        {"requirement": "Continuing education", "summary": "25 credits", "state": "renewed"},
    ]
    assert "25 credits" in [line["narrative"] for line in json.loads(renewed.credential)["evidence"]]
    assert is_sound(fresh(renewed))
    assert still_met(fresh(renewed))
    assert answer.sound


def test_a_renewal_is_logged_and_told_to_watchers_once(django_capture_on_commit_callbacks, mailoutbox) -> None:
    renewal = make_asked()
    watch = make_watch(certificate=renewal.certificate, at=NOON)
    mailoutbox.clear()

    with django_capture_on_commit_callbacks(execute=True):
        confirm(renewal)
        confirm(renewal, at=NOON + DAY)

    holder, watcher = renewal.certificate.holder.email, watch.watcher.email
    assert events() == ["issued", "renewed"]
    assert list(WatchNotice.objects.values_list("change", flat=True)) == [WatchChange.RENEWED]
    assert sorted(mail.to[0] for mail in mailoutbox) == sorted([holder, watcher])
    [told] = [mail for mail in mailoutbox if mail.to == [holder]]
    assert told.subject == "Your document is ready"
    assert "goes on until" in told.body
    assert Entry.objects.filter(verb="renewal.confirmed").count() == 1


def test_what_was_counted_is_kept_and_stays() -> None:
    renewal = make_asked()
    confirm(renewal)
    renewal.refresh_from_db()
    entry = CreditEntry.objects.first()

    with pytest.raises(CannotJudge, match="A renewal rests on this entry"):
        return_credit(entry=entry, words="No.", by=make_registrar(), at=NOON)
    with pytest.raises(CannotEnter, match="A renewal rests on this entry"):
        withdraw_credit(entry=entry, by=entry.enrolment.learner, at=NOON)

    assert renewal.counted_quarters == 100
    assert sorted(CountedCredit.objects.values_list("quarters", flat=True)) == [8, 92]


def test_credits_that_one_renewal_counted_count_for_no_other() -> None:
    renewal = make_asked()
    renewed = fresh(confirm(renewal))
    next_time = renewed.valid_until - 30 * DAY

    prospect = prospect_of(renewed, at=next_time)

    assert prospect is not None
    assert prospect.tally.counted == 0
    with pytest.raises(CannotRenew, match="0 of 20 credits"):
        ask(renewed, at=next_time)


def test_a_second_renewal_replaces_the_line_of_the_first() -> None:
    renewed = fresh(confirm(make_asked()))
    next_time = renewed.valid_until - 30 * DAY
    make_learned(renewed, at=next_time)

    again = confirm(ask(renewed, at=next_time), at=next_time)

    assert [line["summary"] for line in again.basis if line.get("state")] == ["20 credits"]
    assert again.edition == 3


@pytest.mark.parametrize(
    ("ends_in", "phase"),
    [
        (timedelta(days=181), RenewalPhase.EARLY),
        (timedelta(days=180), RenewalPhase.WINDOW),
        (timedelta(minutes=1), RenewalPhase.WINDOW),
        (timedelta(0), RenewalPhase.GRACE),
        (-timedelta(days=29), RenewalPhase.GRACE),
        (-timedelta(days=30), RenewalPhase.LAPSED),
        (-timedelta(days=394), RenewalPhase.LAPSED),
        (-timedelta(days=395), RenewalPhase.OVER),
    ],
)
def test_which_door_is_open(ends_in: timedelta, phase: RenewalPhase) -> None:
    certificate = make_renewable()

    prospect = prospect_of(certificate, at=certificate.valid_until - ends_in)

    assert prospect is not None
    assert prospect.phase is phase
    assert bool(prospect.obstacles()) == (phase in {RenewalPhase.EARLY, RenewalPhase.OVER})


def test_in_the_days_of_grace_nothing_is_lost_though_the_public_reads_expired() -> None:
    certificate = make_renewable(ends_in=-10 * DAY)
    make_learned(certificate)
    renewal = ask(certificate)

    seen = check_certificate(number=certificate.number, at=NOON)
    renewed = confirm(renewal, at=NOON + 40 * DAY)  # the registrar took her time

    assert seen.status == "expired"
    assert renewed.valid_until == certificate.valid_until.replace(year=certificate.valid_until.year + 3)


def test_a_reinstatement_asks_for_more_and_runs_from_the_day() -> None:
    certificate = make_renewable(ends_in=-100 * DAY)
    make_learned(certificate)
    with pytest.raises(CannotRenew, match="Credits are missing"):
        ask(certificate)
    make_credit(certificate, credits=5)

    renewed = confirm(ask(certificate), at=NOON + DAY)

    assert renewed.valid_until == (NOON + DAY).replace(year=NOON.year + 3)


def test_a_registrar_may_reinstate_without_all_credits_and_says_why() -> None:
    certificate = make_renewable(ends_in=-100 * DAY)
    make_learned(certificate)
    renewal = ask(certificate, words="I was ill.")

    with pytest.raises(CannotRenew, match="20 of 25 credits"):
        confirm(renewal)
    renewed = confirm(renewal, excused_because="Papers about the illness were seen.")

    renewal.refresh_from_db()
    assert renewal.excused_because == "Papers about the illness were seen."
    assert renewed.basis[-1]["summary"] == "20 credits"
    assert "illness" not in renewed.credential


def test_asking_twice_gives_what_waits() -> None:
    renewal = make_asked()

    assert ask(fresh(renewal.certificate), at=NOON + DAY) == renewal


def test_nobody_asks_for_another() -> None:
    certificate = make_renewable()
    make_learned(certificate)

    with pytest.raises(CannotRenew, match="Only its holder"):
        ask_to_renew(certificate=certificate, by=make_person(), at=NOON)


def test_nobody_confirms_or_declines_their_own() -> None:
    registrar = make_registrar()
    renewal = make_asked(learner=registrar)

    with pytest.raises(CannotRenew, match="your own"):
        confirm_renewal(renewal=renewal, by=registrar, at=NOON)
    with pytest.raises(CannotRenew, match="your own"):
        decline_renewal(renewal=renewal, reason="No.", by=registrar, at=NOON)

    assert not PastEdition.objects.exists()


def test_what_falls_away_before_it_is_confirmed_stops_it() -> None:
    renewal = make_asked()
    entry = CreditEntry.objects.get(quarters=8)
    return_credit(entry=entry, words="No paper.", by=make_registrar(), at=NOON)

    with pytest.raises(CannotRenew, match="Ethics: 2 credits more"):
        confirm(renewal)

    assert not CountedCredit.objects.exists()


def test_a_suspended_certificate_waits_until_it_is_reinstated() -> None:
    renewal = make_asked()
    certificate, registrar = renewal.certificate, make_registrar()
    suspend_certificate(certificate=certificate, reason="A case is being looked into", by=registrar, at=NOON)

    with pytest.raises(CannotRenew, match="suspended"):
        confirm(renewal)
    reinstate_certificate(certificate=certificate, by=registrar, at=NOON)

    assert confirm(renewal).edition == 2


def test_a_revoked_certificate_is_never_renewed() -> None:
    renewal = make_asked()
    revoke_certificate(certificate=renewal.certificate, reason=RevocationReason.ETHICS, by=make_registrar(), at=NOON)

    with pytest.raises(CannotRenew):
        confirm(renewal)
    decline_renewal(renewal=renewal, reason="It was revoked.", by=make_registrar(), at=NOON)
    with pytest.raises(CannotRenew, match="revoked"):
        ask(fresh(renewal.certificate))


def test_under_another_name_ledger_and_request_go_on() -> None:
    renewal = make_asked()
    newer = replace_certificate(
        certificate=renewal.certificate, holder_name="Ana Prosser", by=make_registrar(), at=NOON
    )

    renewed = confirm(renewal, at=NOON + DAY)

    assert (renewed.pk, renewed.holder_name, renewed.edition) == (newer.pk, "Ana Prosser", 2)
    assert renewed.basis[-1]["summary"] == "25 credits"


def test_a_renewed_certificate_can_still_be_replaced_and_keeps_its_line() -> None:
    renewed = confirm(make_asked())

    newer = replace_certificate(certificate=renewed, holder_name="Ana Prosser", by=make_registrar(), at=NOON + DAY)

    assert newer.basis == renewed.basis
    assert newer.valid_until == renewed.valid_until
    with pytest.raises(CannotRenew, match="newer one"):
        ask(fresh(renewed))


def test_one_that_ran_out_is_renewed_before_it_is_renamed() -> None:
    certificate = make_renewable(ends_in=-10 * DAY)

    with pytest.raises(CannotIssue, match="Renew it first"):
        replace_certificate(certificate=certificate, holder_name="Ana Prosser", by=make_registrar(), at=NOON)


def test_the_agreement_is_asked_for_in_its_current_version() -> None:
    code = publish_agreement(slug="ethics-code", title="Code", text="Ask.", at=NOON - 3000 * DAY)
    certificate = make_renewable(terms={"agreement_slug": "ethics-code"})
    make_learned(certificate)
    sign_agreement(agreement=code, person=certificate.holder, at=NOON - 900 * DAY)
    newer = publish_agreement(slug="ethics-code", title="Code", text="Ask twice.", at=NOON - 10 * DAY)

    with pytest.raises(CannotRenew, match="version 2 is not signed yet"):
        ask(certificate)
    sign_agreement(agreement=newer, person=certificate.holder, at=NOON)

    assert ask(certificate).answered_at is None


def test_what_has_no_end_or_no_terms_is_not_renewed() -> None:
    endless = make_completion()
    ended = make_renewable()
    ended.enrolment.programme.renewal_terms.first().categories.all().delete()
    ended.enrolment.programme.renewal_terms.all().delete()

    for certificate in (endless, ended):
        assert prospect_of(fresh(certificate), at=NOON) is None
        with pytest.raises(CannotRenew, match="nothing to renew"):
            ask(fresh(certificate))


def test_newer_terms_do_not_move_the_aim_of_a_span_that_has_begun() -> None:
    certificate = make_renewable()
    make_terms(certificate.enrolment.programme, version="2026.R2", credits=60, at=NOON - 10 * DAY)
    make_learned(certificate)

    renewed = fresh(confirm(ask(certificate)))
    prospect = prospect_of(renewed, at=NOON)

    assert prospect is not None
    assert (prospect.span.terms.version, prospect.tally.needed) == ("2026.R2", 240)


def test_without_credits_asked_for_the_basis_says_so() -> None:
    certificate = make_renewable(terms={"credits": 0, "reinstatement_credits": 0, "categories": ()})

    renewed = confirm(ask(certificate))

    assert renewed.basis[-1]["requirement"] == "Renewed"


def test_declining_needs_a_reason_and_lets_the_holder_ask_again(django_capture_on_commit_callbacks, mailoutbox) -> None:
    renewal = make_asked()
    mailoutbox.clear()

    with pytest.raises(CannotRenew, match="Write the reason"):
        decline_renewal(renewal=renewal, reason=" ", by=make_registrar(), at=NOON)
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(2):
            decline_renewal(renewal=renewal, reason="One paper is missing.", by=make_registrar(), at=NOON)

    assert [mail.subject for mail in mailoutbox] == ["There is an answer to your request"]
    assert "paper" not in mailoutbox[0].body
    with pytest.raises(CannotRenew, match="declined"):
        confirm(renewal)
    assert ask(fresh(renewal.certificate), at=NOON + DAY) != renewal


def test_who_waited_longer_than_the_new_span_is_told() -> None:
    certificate = make_renewable(ends_in=-10 * DAY, terms={"cycle_years": 1})
    make_learned(certificate)
    renewal = ask(certificate)

    with pytest.raises(CannotRenew, match="run out again"):
        confirm(renewal, at=NOON + 500 * DAY)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"answered_at": NOON}, "renewal_answered_at_and_by_together"),
        ({"to_until": NOON + 4000 * DAY}, "renewal_confirmed_with_its_end_and_edition"),
        ({"edition": 2}, "renewal_confirmed_with_its_end_and_edition"),
        ({"excused_because": "Because."}, "renewal_"),
        ({"phase": "EARLY"}, "renewal_asked_while_open"),
    ],
)
def test_the_database_refuses_an_impossible_renewal(changes: dict, constraint: str) -> None:
    make_asked()

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Renewal.objects.update(**changes)


def test_the_database_refuses_an_answer_that_is_none() -> None:
    renewal = make_asked()

    with pytest.raises(IntegrityError, match="renewal_declined_with_a_reason"), transaction.atomic():
        Renewal.objects.filter(pk=renewal.pk).update(answered_at=NOON, answered_by=make_registrar())


def test_the_database_refuses_a_second_open_one_and_a_second_for_a_span() -> None:
    renewal = make_asked()
    said = {
        "certificate": renewal.certificate,
        "terms": renewal.terms,
        "phase": renewal.phase,
        "from_until": renewal.from_until,
        "asked_at": NOON,
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        Renewal.objects.create(**said)
    confirm(renewal)
    renewal.refresh_from_db()

    with pytest.raises(IntegrityError), transaction.atomic():
        Renewal.objects.create(
            **said,
            answered_at=NOON,
            answered_by=make_registrar(),
            to_until=renewal.to_until,
            edition=3,
            counted_quarters=0,
        )


def test_nothing_else_is_done_when_signing_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    renewal = make_asked()
    monkeypatch.setattr(renewing, "new_edition", lambda **kwargs: (_ for _ in ()).throw(CannotIssue("No.")))

    with pytest.raises(CannotIssue):
        confirm(renewal)

    renewal.refresh_from_db()
    assert renewal.answered_at is None
    assert not CountedCredit.objects.exists()
