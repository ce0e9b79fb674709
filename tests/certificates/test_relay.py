"""How is a message passed on, to whom, how many, and what does either learn of the other?"""

from datetime import timedelta
from functools import partial

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from certificates import relay
from certificates.models import RegisterBlock, RegisterMessage, RegisterSettings
from certificates.registering import leave_register
from certificates.relay import (
    CONFIRM_WITHIN,
    FROM_ONE,
    UNCONFIRMED,
    CannotAnswer,
    CannotWrite,
    answer_message,
    block_sender,
    close_report,
    confirm_message,
    confirm_token,
    forget_messages,
    message_of,
    report_message,
    unblock_sender,
)
from certificates.status import suspend_certificate
from cms.accounts.models import Entry
from tests.courses.races import meet_in, side_by_side, take_locks_away
from tests.factories.certificates import make_certificate
from tests.factories.people import NOON, make_registrar
from tests.factories.register import make_entry, make_message

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LATER = NOON + DAY / 2


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    return partial(django_capture_on_commit_callbacks, execute=True)


def limits(**changes: int) -> None:
    settings = RegisterSettings.load()
    for name, value in changes.items():
        setattr(settings, name, value)
    settings.save()


# On its way -------------------------------------------------------------------------------------------------


def test_the_whole_way_shows_neither_the_others_address(committed, mailoutbox):
    entry = make_entry()

    with committed():
        message = make_message(entry, confirmed=False)
    assert [(mail.to, mail.subject) for mail in mailoutbox] == [(["jonah@example.org"], "Please confirm your address")]
    with committed():
        confirm_message(message=message, at=LATER)
        confirm_message(message=message, at=LATER)
    with committed():
        answer_message(message=message, text=" I am free from the third. ", at=LATER)

    to_holder, to_sender = mailoutbox[1:]
    assert (to_holder.to, to_holder.subject) == ([entry.holder.email], "There is a message for you")
    assert (to_sender.to, to_sender.subject) == (["jonah@example.org"], "There is an answer for you")
    assert "I am free from the third." in to_sender.body
    for mail, secrets in (
        (mailoutbox[0], [entry.holder.email, "Jonah", "Lantern Row", "Are you free"]),
        (to_holder, ["jonah@example.org", "Jonah", "Lantern Row", "Are you free"]),
        (to_sender, [entry.holder.email, entry.holder.display_name, "Ana"]),
    ):
        whole = str(mail.message())
        assert [secret for secret in secrets if secret in whole] == []
        assert "Reply-To" not in whole


def test_what_is_written_is_sealed_in_its_columns():
    message = make_message()

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sender_name, sender_email, company, text FROM certificates_registermessage WHERE id = %s",
            [message.pk],
        )
        kept = " ".join(cursor.fetchone())

    assert not [word for word in ("Jonah", "jonah@example.org", "Lantern", "free in May") if word in kept]


def test_the_same_message_sent_twice_is_one_and_one_mail(committed, mailoutbox):
    entry = make_entry()

    with committed():
        first, second = (make_message(entry, confirmed=False) for _time in range(2))

    assert first == second
    assert len(mailoutbox) == 1


def test_an_address_is_asked_to_confirm_a_few_times_a_day_and_no_more(committed, mailoutbox):
    """Nobody fills another’s mailbox through us."""
    entries = [make_entry() for _each in range(UNCONFIRMED + 1)]

    with committed():
        for entry in entries[:-1]:
            make_message(entry, confirmed=False)
        with pytest.raises(CannotWrite, match="wait to be confirmed"):
            make_message(entries[-1], email=" Jonah@Example.ORG", confirmed=False)
        make_message(entries[-1], at=NOON + 2 * DAY, confirmed=False)

    assert len(mailoutbox) == UNCONFIRMED + 1


def test_one_person_gets_so_many_a_day_whoever_writes(committed):
    limits(messages_a_day=2)
    entry = make_entry()
    late = make_message(entry, email="late@example.org", confirmed=False)
    for place in range(2):
        make_message(entry, email=f"{place}@example.org")

    with pytest.raises(CannotWrite, match="tomorrow"):
        make_message(entry, email="more@example.org")
    with pytest.raises(CannotWrite, match="tomorrow"):
        confirm_message(message=late, at=NOON)
    confirm_message(message=late, at=NOON + DAY)

    assert RegisterMessage.objects.filter(passed_on_at__isnull=False).count() == 3


def test_one_address_does_not_take_up_all_of_somebodys_day():
    """Blocked or not: a blocked sender is turned away as any other, and so does not find out."""
    entry = make_entry()
    block_sender(message=make_message(entry), by=entry.holder, at=NOON)
    for place in range(FROM_ONE - 1):
        make_message(entry, text=f"Message {place}")

    with pytest.raises(CannotWrite, match="several times"):
        make_message(entry, text="One more")

    make_message(entry, email="another@example.org")


@pytest.mark.parametrize("why", ["left", "suspended", "takes none"])
def test_nothing_is_taken_for_who_is_not_to_be_written_to(why):
    entry = make_entry()
    waiting = make_message(entry, confirmed=False)
    if why == "left":
        leave_register(holder=entry.holder, at=NOON)
    elif why == "suspended":
        suspend_certificate(certificate=entry.certificate, reason="Looked into", by=make_registrar(), at=NOON)
    else:
        make_entry(entry.certificate, takes_messages=False)

    with pytest.raises(CannotWrite, match="not on the register"):
        make_message(entry)
    with pytest.raises(CannotWrite, match="not on the register"):
        confirm_message(message=waiting, at=LATER)


def test_a_link_confirms_one_message_for_two_days():
    message = make_message(confirmed=False, at=timezone.now())

    assert message_of(confirm_token(message)) == message
    for token in ("", "x", confirm_token(message)[:-1], message.public_id.hex, f"{message.public_id.hex}.a.b"):
        assert message_of(token) is None
    with pytest.raises(CannotWrite, match="two days"):
        confirm_message(message=message, at=message.written_at + CONFIRM_WITHIN)


# Answering, blocking, reporting -----------------------------------------------------------------------------


def test_an_answer_is_given_once(committed, mailoutbox):
    message = make_message()

    with committed():
        answer_message(message=message, text="Yes.", at=LATER)
        answer_message(message=message, text="Yes.", at=LATER)
    with pytest.raises(CannotAnswer, match="already"):
        answer_message(message=message, text="No.", at=LATER)

    assert [mail.subject for mail in mailoutbox] == ["There is an answer for you"]


def test_a_blocked_sender_is_not_told_and_not_passed_on(committed, mailoutbox):
    message = make_message()
    holder = message.entry.holder
    block_sender(message=message, by=holder, at=LATER)
    block_sender(message=message, by=holder, at=LATER)

    with committed():
        again = make_message(message.entry, text="And in June?", at=LATER)

    assert (again.confirmed_at, again.passed_on_at) == (LATER, None)
    assert [mail.to for mail in mailoutbox] == [["jonah@example.org"]]
    assert RegisterBlock.objects.count() == 1

    unblock_sender(block=RegisterBlock.objects.get(), by=holder, at=LATER)
    assert make_message(message.entry, text="July?", at=LATER).passed_on_at == LATER


def test_a_block_is_one_holders_own_unless_the_registrar_makes_it_everybodys():
    message, other = make_message(), make_entry()
    block_sender(message=message, by=message.entry.holder, at=LATER)
    assert make_message(other, at=LATER).passed_on_at == LATER

    report_message(message=message, report="It was not about work.", at=LATER)
    close_report(message=message, bar_sender=True, by=make_registrar(), at=LATER)
    close_report(message=message, bar_sender=True, by=make_registrar(), at=LATER)

    assert make_message(other, text="And in June?", at=LATER).passed_on_at is None
    verbs = Entry.objects.filter(chain__name="register").order_by("number").values_list("verb", flat=True)
    assert [verb for verb in verbs if "joined" not in verb] == [
        "register.sender_blocked",
        "register.message_reported",
        "register.report_closed",
        "register.sender_blocked",
    ]


def test_what_history_keeps_of_messages_quotes_none():
    message = make_message()
    report_message(message=message, report="It was not about work.", at=LATER)
    block_sender(message=message, by=message.entry.holder, at=LATER)

    kept = str(list(Entry.objects.filter(chain__name="register").values_list("facts", "subject")))

    assert not [word for word in ("jonah", "Jonah", "about work", "free in May") if word in kept]


# Forgetting -------------------------------------------------------------------------------------------------


def test_messages_are_deleted_when_their_time_is_over_and_a_report_keeps_its_own():
    limits(message_days=30)
    entry = make_entry()
    make_message(entry, text="Old")
    make_message(entry, text="Nobody confirmed it", confirmed=False)
    reported = make_message(entry, text="Reported")
    report_message(message=reported, report="Rude.", at=LATER)
    fresh = make_message(entry, text="Fresh", at=NOON + 20 * DAY)

    assert forget_messages(at=NOON + CONFIRM_WITHIN) == 1
    assert forget_messages(at=NOON + 29 * DAY) == 0
    assert forget_messages(at=NOON + 30 * DAY) == 1
    assert set(RegisterMessage.objects.values_list("pk", flat=True)) == {reported.pk, fresh.pk}
    close_report(message=reported, bar_sender=False, by=make_registrar(), at=NOON + 40 * DAY)
    assert forget_messages(at=NOON + 69 * DAY) == 1  # the fresh one
    assert forget_messages(at=NOON + 70 * DAY) == 1


def test_the_command_says_how_many(capsys):
    make_message()

    call_command("forget_register_messages")

    assert capsys.readouterr().out in {"0 messages deleted.\n", "1 messages deleted.\n"}


def test_the_mail_about_a_message_that_was_forgotten_is_not_sent(committed, mailoutbox):
    entry = make_entry()

    with committed():
        make_message(entry, confirmed=False).delete()

    assert mailoutbox == []


# What cannot be ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"confirmed_at": None},
        {"passed_on_at": NOON - DAY},
        {"passed_on_at": None, "answered_at": LATER},
        {"passed_on_at": None, "reported_at": LATER},
        {"reported_at": LATER, "closed_at": LATER},
    ],
)
def test_the_database_refuses_an_impossible_message(change):
    message = make_message()

    with pytest.raises(IntegrityError, match="registermessage_"), transaction.atomic():
        RegisterMessage.objects.filter(pk=message.pk).update(**change)


def test_the_database_refuses_a_report_closed_without_one_and_a_second_block():
    message, registrar = make_message(), make_registrar()
    block = {"sender_digest": message.sender_digest, "blocked_at": NOON}
    RegisterBlock.objects.create(holder=None, blocked_by=registrar, **block)

    with pytest.raises(IntegrityError), transaction.atomic():
        RegisterMessage.objects.filter(pk=message.pk).update(closed_at=LATER, closed_by=registrar)
    with pytest.raises(IntegrityError), transaction.atomic():
        RegisterBlock.objects.create(holder=None, blocked_by=registrar, **block)
    with pytest.raises(IntegrityError, match="by_the_holder"), transaction.atomic():
        RegisterBlock.objects.create(holder=message.entry.holder, blocked_by=registrar, **block)


# At once ----------------------------------------------------------------------------------------------------


def two_to_confirm():
    limits(messages_a_day=1)
    entry = make_entry(make_certificate(at=NOON - DAY))
    messages = [make_message(entry, email=f"{place}@example.org", confirmed=False) for place in range(2)]
    return [partial(confirm_message, message=message, at=LATER) for message in messages]


@pytest.mark.django_db(transaction=True)
def test_of_two_confirmed_at_once_one_fits_into_the_day():
    answers = side_by_side(*two_to_confirm())

    assert {type(answer) for answer in answers} == {RegisterMessage, CannotWrite}
    assert RegisterMessage.objects.filter(passed_on_at__isnull=False).count() == 1


@pytest.mark.django_db(transaction=True)
def test_twin_without_the_lock_both_pass_or_one_is_hurt(monkeypatch):
    calls = two_to_confirm()
    take_locks_away(monkeypatch)
    meet_in(monkeypatch, relay, "_refuse_when_full")

    answers = side_by_side(*calls)

    both = RegisterMessage.objects.filter(passed_on_at__isnull=False).count() == 2
    assert both or any(isinstance(answer, Exception) and not isinstance(answer, CannotWrite) for answer in answers)
