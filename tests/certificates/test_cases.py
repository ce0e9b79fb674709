"""Does a case hear the holder first, keep every step, and tell the public no more than it must?"""

from datetime import date
from functools import partial
from io import StringIO

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from certificates.case_states import CaseState, cases_with_state, state_of
from certificates.cases import (
    CannotDoInCase,
    decide_case,
    end_suspension,
    give_notice,
    open_case,
    respond,
    suspend_meanwhile,
)
from certificates.checking import as_json, check_certificate
from certificates.issuing import replace_certificate
from certificates.models import Case, CaseSettings, Certificate, Decision, DecisionKind, Flag, Outcome, Status
from certificates.status import reinstate_certificate, revoke_certificate
from cms.accounts.models import Entry
from tests.courses.races import side_by_side
from tests.factories.cases import DAY, make_answered_case, make_case, make_complaint, make_held_case, make_noticed_case
from tests.factories.certificates import make_completion
from tests.factories.people import NOON, make_person, make_registrar

WORDS = ("doubt", "I was there", "fall")


def state(case, at=NOON + DAY):
    return state_of(cases_with_state().get(pk=case.pk), at)


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def decide(case, outcome=Outcome.NO_ACTION, by=None, at=NOON + 3 * DAY, **given):
    return decide_case(case=case, outcome=outcome, reason="Both days fall.", by=by or make_registrar(), at=at, **given)


def hold(case, **given):
    return decide(case, Outcome.HOLD, **{"until": date(2027, 1, 15)} | given)


# Steps -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_case_goes_through_its_states():
    registrar = make_registrar()
    case = make_case(by=registrar)
    assert state(case) is CaseState.OPENED

    give_notice(case=case, notice="Two days are in doubt.", by=registrar, at=NOON + DAY)
    assert state(case) is CaseState.WITH_HOLDER
    assert state(case, NOON + 15 * DAY) is CaseState.WITH_HOLDER
    assert state(case, NOON + 16 * DAY) is CaseState.ANSWERED

    respond(case=case, response="I was there.", at=NOON + 2 * DAY)
    assert state(case) is CaseState.ANSWERED

    hold(case)
    assert state(case, NOON + 33 * DAY) is CaseState.APPEALABLE
    assert state(case, NOON + 34 * DAY) is CaseState.CLOSED


@pytest.mark.django_db
def test_opening_again_gives_the_case_there_is():
    registrar, certificate = make_registrar(), make_completion(at=NOON)

    by_hand = [make_case(certificate, by=registrar) for _ in range(2)]
    flagged = [make_case(certificate, by=registrar, flag=Flag.SHIFT, concern=word) for word in ("One.", "Two.")]

    assert len(set(by_hand)) == len(set(flagged)) == 1
    assert Case.objects.count() == 2
    assert Decision.objects.filter(kind=DecisionKind.OPEN).count() == 2


@pytest.mark.django_db
def test_a_complaint_becomes_one_case_in_the_ombuds_words():
    complaint, ombud = make_complaint().complaint, make_person("Judith")
    certificate = make_completion(at=NOON)

    first = open_case(certificate=certificate, concern="Days.", by=ombud, at=NOON + DAY, complaint=complaint)
    again = open_case(certificate=certificate, concern="Other.", by=ombud, at=NOON + DAY, complaint=complaint)

    assert first == again
    assert first.concern == "Days."


@pytest.mark.django_db
def test_no_case_is_opened_about_ones_own_or_about_what_was_replaced():
    registrar = make_registrar()
    own, old = make_completion(learner=registrar, at=NOON), make_completion(at=NOON)
    replace_certificate(certificate=old, holder_name="Ana Prosser", by=registrar, at=NOON + DAY)

    with pytest.raises(CannotDoInCase, match="your own certificate"):
        make_case(own, by=registrar)
    with pytest.raises(CannotDoInCase, match="about that one"):
        make_case(old)
    with pytest.raises(CannotDoInCase, match="Say what it is about"):
        make_case(concern=" ")


@pytest.mark.django_db
def test_notice_is_given_once_with_a_last_day_that_is_data(mailoutbox, django_capture_on_commit_callbacks):
    settings = CaseSettings.load()
    settings.respond_days = 5
    settings.save()
    case, registrar = make_case(), make_registrar()

    with django_capture_on_commit_callbacks(execute=True):
        noticed = give_notice(case=case, notice="In doubt.", by=registrar, at=NOON + DAY)
        give_notice(case=case, notice="In doubt.", by=registrar, at=NOON + 2 * DAY)

    [letter] = mailoutbox
    assert noticed.respond_by == (NOON + 6 * DAY).date()
    assert letter.to == [case.certificate.holder.email]
    assert not [word for word in WORDS if word in letter.subject + letter.body]
    with pytest.raises(CannotDoInCase, match="given already"):
        give_notice(case=case, notice="Otherwise.", by=registrar, at=NOON + DAY)


@pytest.mark.django_db
def test_the_last_day_is_the_holders_own():
    holder = make_person("Ana", time_zone="Pacific/Auckland")  # where it is tomorrow already
    case = make_noticed_case(certificate=make_completion(learner=holder, at=NOON))

    assert case.respond_by == (NOON + 16 * DAY).date()


@pytest.mark.django_db
def test_the_holder_answers_once_and_in_time():
    case = make_noticed_case()
    respond(case=case, response="I was there.", at=NOON + 2 * DAY)

    assert respond(case=case, response="I was there.", at=NOON + 3 * DAY).responded_at == NOON + 2 * DAY
    with pytest.raises(CannotDoInCase, match="answered already"):
        respond(case=case, response="Or not.", at=NOON + 3 * DAY)
    with pytest.raises(CannotDoInCase, match="ended on"):
        respond(case=make_noticed_case(), response="I was there.", at=NOON + 30 * DAY)
    with pytest.raises(CannotDoInCase, match="nothing to answer"):
        respond(case=make_case(), response="I was there.", at=NOON + 2 * DAY)
    with pytest.raises(CannotDoInCase, match="It is decided"):
        respond(case=decide(make_noticed_case()), response="I was there.", at=NOON + 2 * DAY)


@pytest.mark.django_db
def test_nobody_acts_in_a_case_about_their_own():
    holder = make_registrar("Holder")
    case = make_answered_case(certificate=make_completion(learner=holder, at=NOON))

    for act in (
        partial(give_notice, case=case, notice="Me.", by=holder, at=NOON + DAY),
        partial(suspend_meanwhile, case=case, because="Me.", by=holder, at=NOON + DAY),
        partial(decide, case, by=holder),
    ):
        with pytest.raises(CannotDoInCase, match="your own certificate"):
            act()


# Suspending meanwhile --------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_meanwhile_the_public_reads_that_a_case_is_looked_into_and_no_more():
    case = make_case()

    for _twice in range(2):
        suspend_meanwhile(case=case, because="Two days are in doubt.", by=make_registrar(), at=NOON + DAY)

    said = as_json(check_certificate(number=case.certificate.number, at=NOON + 2 * DAY))
    assert (said["status"], said["reason"]) == ("suspended", "A case is being looked into")
    assert "doubt" not in str(said)
    assert Entry.objects.filter(verb="certificate.suspended").count() == 1


@pytest.mark.django_db
def test_what_was_suspended_for_a_case_stands_again_when_nothing_comes_of_it():
    case = make_noticed_case()
    suspend_meanwhile(case=case, because="In doubt.", by=make_registrar(), at=NOON + DAY)

    decide(case)

    assert fresh(case.certificate).suspended_at is None


@pytest.mark.django_db
def test_what_another_case_suspended_stays_suspended():
    first = make_case()
    second = make_case(first.certificate, concern="Another matter.", by=make_registrar())
    suspend_meanwhile(case=first, because="In doubt.", by=make_registrar(), at=NOON + DAY)

    decide(second)

    assert fresh(first.certificate).suspended_at is not None


@pytest.mark.django_db
def test_a_certificate_revoked_in_one_case_is_not_lifted_by_another():
    case = make_case()
    suspend_meanwhile(case=case, because="In doubt.", by=make_registrar(), at=NOON + DAY)
    revoke_certificate(certificate=case.certificate, reason="ETHICS", by=make_registrar(), at=NOON + DAY)

    assert decide(case).outcome == Outcome.NO_ACTION
    assert fresh(case.certificate).status(NOON + 4 * DAY) is Status.REVOKED


# Deciding --------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_nothing_is_decided_against_who_was_not_heard():
    with pytest.raises(CannotDoInCase, match="has not been heard"):
        hold(make_case())
    with pytest.raises(CannotDoInCase, match="has not been heard"):
        hold(make_noticed_case())

    assert hold(make_noticed_case(), at=NOON + 16 * DAY).outcome == Outcome.HOLD


@pytest.mark.django_db
def test_a_suspension_by_decision_names_its_day_and_ends_on_it(mailoutbox, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        case = make_held_case()
    mail.outbox.clear()
    said = as_json(check_certificate(number=case.certificate.number, at=NOON + 4 * DAY))
    assert (said["status"], said["reason"]) == ("suspended", "Suspended by a decision")

    end_suspension(case=case, at=NOON + 30 * DAY)
    assert fresh(case.certificate).suspended_at is not None
    with django_capture_on_commit_callbacks(execute=True):
        for _twice in range(2):
            end_suspension(case=case, at=NOON + 31 * DAY)

    assert fresh(case.certificate).status(NOON + 31 * DAY) is Status.ACTIVE
    assert fresh(case).lifted_at == NOON + 31 * DAY
    assert len(mail.outbox) == 1


@pytest.mark.django_db
def test_the_clock_ends_suspensions():
    case = make_held_case(at=timezone.now() - 40 * DAY, certificate=make_completion(at=timezone.now() - 50 * DAY))
    output = StringIO()

    call_command("end_suspensions", "--dry-run", stdout=output)
    assert fresh(case).lifted_at is None
    for _twice in range(2):
        call_command("end_suspensions", stdout=output)

    assert output.getvalue().splitlines() == [
        "Would end 1 suspensions.", "Ended 1 suspensions.", "Ended 0 suspensions.",
    ]  # fmt: skip
    assert fresh(case.certificate).suspended_at is None


@pytest.mark.django_db
def test_what_was_reinstated_meanwhile_is_not_reinstated_again():
    case = make_held_case()
    reinstate_certificate(certificate=case.certificate, by=make_registrar(), at=NOON + 5 * DAY)

    end_suspension(case=case, at=NOON + 40 * DAY)

    assert fresh(case).lifted_at == NOON + 40 * DAY
    assert Entry.objects.filter(verb="certificate.reinstated").count() == 1


@pytest.mark.django_db
def test_a_decision_follows_a_certificate_to_the_one_in_its_place():
    case = make_answered_case()
    newer = replace_certificate(
        certificate=case.certificate, holder_name="Ana Prosser", by=make_registrar(), at=NOON + 2 * DAY
    )

    hold(case)

    assert fresh(newer).suspended_at == NOON + 3 * DAY


@pytest.mark.django_db
@pytest.mark.parametrize("until", [None, date(2026, 11, 26), date(2020, 1, 1)])
def test_a_suspension_needs_a_day_to_come(until):
    with pytest.raises(CannotDoInCase, match="until which day"):
        hold(make_answered_case(), until=until)


@pytest.mark.django_db
def test_a_case_is_decided_once_and_a_revocation_not_by_one():
    case = make_answered_case()

    with pytest.raises(CannotDoInCase, match="takes two"):
        decide(case, Outcome.REVOKE)
    decided = decide(case, Outcome.CORRECT)

    assert decide(case, Outcome.CORRECT, at=NOON + 9 * DAY).decided_at == decided.decided_at
    with pytest.raises(CannotDoInCase, match="is decided"):
        decide(case)
    with pytest.raises(CannotDoInCase, match="Say why"):
        decide_case(case=make_case(), outcome=Outcome.NO_ACTION, reason=" ", by=make_registrar(), at=NOON + DAY)


@pytest.mark.django_db
def test_who_never_heard_of_a_case_is_not_told_when_nothing_comes_of_it(mailoutbox, django_capture_on_commit_callbacks):
    unheard, heard = make_case(), make_noticed_case()

    with django_capture_on_commit_callbacks(execute=True):
        decide(unheard)
        decide(heard)

    assert {letter.to[0] for letter in mailoutbox} == {heard.certificate.holder.email}


@pytest.mark.django_db
def test_history_holds_no_word_of_a_case():
    make_held_case()

    told = str(list(Entry.objects.values_list("facts", flat=True)))

    assert not [word for word in WORDS if word in told]


@pytest.mark.django_db
def test_texts_are_sealed_in_their_columns():
    make_held_case()

    with connection.cursor() as cursor:
        cursor.execute("SELECT concern, notice, response FROM certificates_case")
        kept = str(cursor.fetchall())
        cursor.execute("SELECT reason FROM certificates_decision")
        kept += str(cursor.fetchall())

    assert not [word for word in WORDS if word in kept]


# What the database refuses ---------------------------------------------------------------------------------

IMPOSSIBLE = [
    ("case_from_a_flag_names_it", {"flag": Flag.SHIFT}),
    ("case_from_a_flag_names_it", {"origin": "FLAG"}),
    ("case_from_a_complaint_knows_it", {"origin": "COMPLAINT"}),
    ("case_noticed_with_a_deadline", {"noticed_at": NOON + DAY}),
    ("case_noticed_with_a_deadline", {"respond_by": date(2026, 12, 1)}),
    ("case_noticed_with_a_deadline", {"noticed_at": NOON, "respond_by": date(2026, 12, 1)}),
    ("case_answered_only_once_noticed", {"responded_at": NOON + 2 * DAY}),
    ("case_decided_with_an_outcome", {"decided_at": NOON + DAY}),
    ("case_decided_with_an_outcome", {"outcome": "NO_ACTION"}),
    ("case_decided_with_an_outcome", {"outcome": "NO_ACTION", "decided_at": NOON}),
    ("case_suspended_until_some_day", {"outcome": "HOLD", "decided_at": NOON + DAY, "appeal_by": date(2026, 12, 30)}),
    ("case_suspended_until_some_day", {"lifted_at": NOON + DAY}),
    ("case_can_be_appealed_where_something_was_done", {"outcome": "CORRECT", "decided_at": NOON + DAY}),
    (
        "case_can_be_appealed_where_something_was_done",
        {"outcome": "NO_ACTION", "decided_at": NOON + DAY, "appeal_by": date(2026, 12, 30)},
    ),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "change"), IMPOSSIBLE)
def test_the_database_refuses_a_case_that_cannot_be(name, change):
    make_case()

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Case.objects.update(**change)


# At once ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_registrars_who_decide_at_once_decide_one_thing():
    case = make_answered_case()
    mail.outbox.clear()

    answers = side_by_side(partial(hold, case), partial(decide, case, Outcome.NO_ACTION))

    case = fresh(case)
    assert sum(isinstance(answer, CannotDoInCase) for answer in answers) == 1
    assert (Certificate.objects.get().suspended_at is not None) is (case.outcome == Outcome.HOLD)
    assert case.decisions.filter(kind__in=["HOLD", "NO_ACTION"]).count() == 1


# What costs ------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("many", [1, 3])
def test_states_of_a_list_cost_one_query(django_assert_num_queries, many):
    for _ in range(many):
        make_held_case()

    with django_assert_num_queries(1):
        assert [state_of(case, NOON + 4 * DAY) for case in cases_with_state()] == [CaseState.APPEALABLE] * many


# The holder's page -----------------------------------------------------------------------------------------


def recent_case(**made):
    now = timezone.now()
    return make_noticed_case(at=now - DAY, certificate=make_completion(at=now - 9 * DAY, **made))


@pytest.mark.django_db
def test_the_holder_reads_the_letter_and_answers_it(client):
    case = recent_case()
    page = reverse("certificates:case", args=[case.pk])
    client.force_login(case.certificate.holder)

    listed = client.get(reverse("certificates:list")).text
    shown = client.get(page).text
    refused = client.post(page + "respond/", {"response": ""})
    sent = client.post(page + "respond/", {"response": "I was there."})

    assert page in listed
    assert "Two of your days are in doubt." in shown
    assert "doubt" not in listed
    assert refused.status_code == 422
    assert (sent.status_code, sent.url) == (302, page)
    assert "I was there." in client.get(page).text
    assert client.post(page + "respond/", {"response": "More."}).status_code == 422


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["stranger", "registrar", "another holder"])
def test_to_others_the_holders_page_is_not_there(client, who):
    case = recent_case()
    person = make_registrar() if who == "registrar" else make_person()
    if who == "another holder":
        make_completion(learner=person, at=timezone.now() - 9 * DAY)
    client.force_login(person)
    page = reverse("certificates:case", args=[case.pk])

    for answer in (
        client.get(page),
        client.post(page + "respond/", {"response": "Mine."}),
        client.post(page + "appeal/"),
    ):
        assert answer.status_code == 404
        assert "doubt" not in answer.text


@pytest.mark.django_db
def test_before_the_letter_the_holder_finds_nothing(client):
    case = make_case(make_completion(at=timezone.now() - 9 * DAY), at=timezone.now() - DAY)
    client.force_login(case.certificate.holder)

    assert client.get(reverse("certificates:case", args=[case.pk])).status_code == 404
    assert "letter" not in client.get(reverse("certificates:list")).text


@pytest.mark.django_db
def test_who_was_suspended_meanwhile_is_told_that_a_letter_comes(client):
    case = make_case(make_completion(at=timezone.now() - 9 * DAY), at=timezone.now() - DAY)
    suspend_meanwhile(case=case, because="In doubt.", by=make_registrar(), at=timezone.now())
    client.force_login(case.certificate.holder)

    page = client.get(reverse("certificates:case", args=[case.pk])).text

    assert "Suspended for now" in page
    assert "doubt" not in page


@pytest.mark.django_db
def test_the_public_page_of_a_certificate_in_a_case_says_nothing_of_it(client):
    case = recent_case()

    page = client.get(reverse("certificates:verify_number", args=[case.certificate.number])).text

    assert not [word for word in (*WORDS, "case") if word in page.lower()]
