"""Does a holder get another name on their certificate, checked by somebody else, once?"""

from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction

from certificates import renaming
from certificates.models import Certificate, NameRequest, NameRequestKind, RevocationReason, Status
from certificates.renaming import (
    CannotRename,
    accept_name,
    ask_for_name,
    return_name_request,
    why_not,
    withdraw_name_request,
)
from certificates.status import revoke_certificate
from cms.accounts.models import Entry, User
from cms.records import names as records
from tests.courses.races import meet_in, side_by_side, take_locks_away
from tests.factories.certificates import make_certificate, make_certificate_that_is
from tests.factories.people import NOON, make_person, make_registrar

DAY = timedelta(days=1)
LATER = NOON + DAY
TODAY = LATER.date()


def ask(certificate: Certificate, name: str = "Noor Prosser", at=LATER, **said) -> NameRequest:
    said = {"kind": NameRequestKind.CHANGE} | said
    return ask_for_name(certificate=certificate, by=certificate.holder, new_name=name, at=at, **said)


def accept(request: NameRequest, by: User | None = None, **said):
    said = {"checked_on": TODAY, "at": LATER} | said
    return accept_name(request=request, by=by or make_registrar(), **said)


def verbs() -> list[str]:
    return list(Entry.objects.filter(chain__name="names").order_by("number").values_list("verb", flat=True))


def test_asked_and_accepted_is_a_certificate_under_the_new_name(db, mailoutbox) -> None:
    certificate = make_certificate()
    request = ask(certificate, words="Please be quick.")
    mailoutbox.clear()

    new = accept(request)

    request.refresh_from_db()
    old = Certificate.objects.get(pk=certificate.pk)
    assert (new.holder_name, new.replaces, old.superseded_at) == ("Noor Prosser", old, LATER)
    assert (request.replacement, request.checked_on, request.answered_at) == (new, TODAY, LATER)
    assert verbs() == ["name.asked", "name.accepted"]
    assert "Prosser" not in str(list(Entry.objects.values_list("facts", flat=True)))
    assert list(records.faults()) == []


def test_the_name_for_certificates_to_come_follows_only_where_one_said_so(db) -> None:
    kept = make_certificate(learner=make_person("Ana", certificate_name="Ana Núñez"))
    changed = make_certificate(learner=make_person("Wren", certificate_name="Wren Adeyemi"))

    accept(ask(kept, updates_profile=False))
    accept(ask(changed, updates_profile=True), by=make_person("Second registrar"))

    assert User.objects.get(pk=kept.holder_id).certificate_name == "Ana Núñez"
    assert User.objects.get(pk=changed.holder_id).certificate_name == "Noor Prosser"


def test_private_words_are_sealed(db) -> None:
    request = ask(make_certificate(), words="Only for you.")

    with connection.cursor() as cursor:
        cursor.execute("SELECT words FROM certificates_namerequest")
        (stored,) = cursor.fetchone()

    assert "Only" not in stored
    assert NameRequest.objects.get(pk=request.pk).words == "Only for you."


def test_asking_the_same_again_is_the_same_request(db) -> None:
    certificate = make_certificate()

    assert ask(certificate) == ask(certificate, at=LATER + DAY)

    assert verbs() == ["name.asked"]


def test_one_asks_for_one_thing_at_a_time(db) -> None:
    certificate = make_certificate()
    ask(certificate)

    with pytest.raises(CannotRename, match="waits already"):
        ask(certificate, "Another Name")


@pytest.mark.parametrize("name", ["Ana Núñez", "", "x" * 61, "Ana\u202eN"])
def test_a_name_that_cannot_be_is_refused_at_its_field(db, name: str) -> None:
    certificate = make_certificate()

    with pytest.raises(CannotRename) as refused:
        ask(certificate, name)

    assert refused.value.field == "new_name"
    assert not NameRequest.objects.exists()


@pytest.mark.parametrize("status", [Status.REVOKED, Status.SUPERSEDED, Status.EXPIRED])
def test_nothing_is_asked_of_what_cannot_be_replaced(db, status: Status) -> None:
    now = NOON + timedelta(days=2000)
    certificate = make_certificate_that_is(status, now=now)

    with pytest.raises(CannotRename):
        ask(certificate, at=now)

    assert why_not(certificate, at=now)


def test_nobody_asks_for_somebody_else(db) -> None:
    certificate = make_certificate()

    with pytest.raises(CannotRename):
        ask_for_name(
            certificate=certificate, by=make_person("Other"), kind=NameRequestKind.CHANGE, new_name="X", at=LATER
        )


def test_nobody_answers_their_own(db) -> None:
    request = ask(make_certificate())

    with pytest.raises(CannotRename, match="your own"):
        accept(request, by=request.asked_by)
    with pytest.raises(CannotRename, match="your own"):
        return_name_request(request=request, because="No.", by=request.asked_by, at=LATER)

    assert Certificate.objects.count() == 1


def test_accepting_again_returns_the_replacement(db) -> None:
    request, registrar = ask(make_certificate()), make_registrar()

    assert accept(request, by=registrar) == accept(request, by=registrar)

    assert Certificate.objects.count() == 2


def test_a_day_to_come_is_refused(db) -> None:
    request = ask(make_certificate())

    with pytest.raises(CannotRename) as refused:
        accept(request, checked_on=TODAY + timedelta(days=2))

    assert refused.value.field == "checked_on"


def test_returned_with_words_one_asks_again(db, mailoutbox, django_capture_on_commit_callbacks) -> None:
    certificate, registrar = make_certificate(), make_registrar()
    request = ask(certificate)
    mailoutbox.clear()
    back = partial(return_name_request, request=request, because="Please call us.", by=registrar, at=LATER)

    with django_capture_on_commit_callbacks(execute=True):
        back()
        back()

    assert [mail.subject for mail in mailoutbox] == ["There is an answer to your request"]
    assert "call us" not in mailoutbox[0].body
    assert "Prosser" not in mailoutbox[0].body
    with pytest.raises(CannotRename, match="returned already"):
        accept(request, by=registrar)
    assert ask(certificate, at=LATER + DAY) != request
    assert verbs() == ["name.asked", "name.returned", "name.asked"]
    assert list(records.faults()) == []


def test_it_is_not_returned_without_a_word(db) -> None:
    request = ask(make_certificate())

    with pytest.raises(CannotRename) as refused:
        return_name_request(request=request, because=" ", by=make_registrar(), at=LATER)

    assert refused.value.field == "because"


def test_taken_back_it_is_not_answered(db) -> None:
    request = ask(make_certificate())

    withdraw_name_request(request=request, by=request.asked_by, at=LATER)
    withdraw_name_request(request=request, by=request.asked_by, at=LATER)

    with pytest.raises(CannotRename, match="taken"):
        accept(request)
    assert verbs() == ["name.asked", "name.withdrawn"]
    assert list(records.faults()) == []


def test_what_was_answered_or_is_anothers_is_not_taken_back(db) -> None:
    request = ask(make_certificate())

    with pytest.raises(CannotRename, match="not yours"):
        withdraw_name_request(request=request, by=make_person("Other"), at=LATER)
    accept(request)
    with pytest.raises(CannotRename, match="answered"):
        withdraw_name_request(request=request, by=request.asked_by, at=LATER)


def test_what_was_revoked_meanwhile_is_not_replaced(db) -> None:
    certificate, registrar = make_certificate(), make_registrar()
    request = ask(certificate)
    revoke_certificate(certificate=certificate, reason=RevocationReason.EVIDENCE, by=registrar, at=LATER)

    with pytest.raises(CannotRename, match="revoked"):
        accept(request, by=registrar)

    request.refresh_from_db()
    assert request.answered_at is None


@pytest.mark.parametrize(
    "changes",
    [
        {"answered_at": LATER},
        {"withdrawn_at": NOON - DAY},
        {"new_name": ""},
        {"checked_on": TODAY},
        {"returned_because": "No."},
    ],
)
def test_the_database_refuses_an_impossible_request(db, changes: dict) -> None:
    ask(make_certificate())

    with pytest.raises(IntegrityError), transaction.atomic():
        NameRequest.objects.update(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"returned_because": "No."},
        {"checked_on": None},
        {"replacement": None},
        {"answered_by": None},
        {"answered_at": NOON - DAY},
        {"withdrawn_at": LATER},
    ],
)
def test_the_database_refuses_an_impossible_answer(db, changes: dict) -> None:
    accept(ask(make_certificate()))

    with pytest.raises(IntegrityError), transaction.atomic():
        NameRequest.objects.update(**changes)


def test_the_database_refuses_an_answer_by_who_asked_and_two_that_wait(db) -> None:
    request = ask(make_certificate())
    same = {"kind": request.kind, "new_name": "X", "asked_at": LATER, "asked_by": request.asked_by}

    with pytest.raises(IntegrityError), transaction.atomic():
        NameRequest.objects.create(certificate=request.certificate, **same)
    accept(request)
    with pytest.raises(IntegrityError), transaction.atomic():
        NameRequest.objects.update(answered_by=request.asked_by)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"new_name": "Somebody Else"}, "it does not say what its holder asked"),
        ({"withdrawn_at": LATER + DAY}, "its answer is not the one that history recorded"),
    ],
)
def test_what_was_altered_behind_our_back_is_found(db, changes: dict, reason: str) -> None:
    ask(make_certificate())
    NameRequest.objects.update(**changes)

    assert [fault.reason for fault in records.faults()] == [reason]


def test_a_request_that_is_gone_is_missed(db) -> None:
    ask(make_certificate())
    NameRequest.objects.all().delete()

    assert [fault.reason for fault in records.faults()] == ["it was recorded, and is gone"]


@pytest.mark.django_db(transaction=True)
def test_two_registrars_who_accept_at_once_make_one_replacement() -> None:
    request = ask(make_certificate())

    answers = side_by_side(
        partial(accept, request, by=make_registrar()), partial(accept, request, by=make_person("Second"))
    )

    assert [type(answer).__name__ for answer in answers] == ["Certificate"] * 2
    assert len({answer.pk for answer in answers}) == 1
    assert verbs() == ["name.asked", "name.accepted"]


@pytest.mark.django_db(transaction=True)
def test_without_the_locks_one_of_them_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    request, first, second = ask(make_certificate()), make_registrar(), make_person("Second")
    take_locks_away(monkeypatch)
    meet_in(monkeypatch, renaming, "_answerable")

    answers = side_by_side(partial(accept, request, by=first), partial(accept, request, by=second))

    assert sum(isinstance(answer, Exception) for answer in answers) == 1
