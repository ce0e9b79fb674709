"""Does somebody look at an appeal who took no part, and does what they say happen?"""

from functools import partial

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from certificates.appeals import (
    CannotAppeal,
    appeals_without_contact,
    decide_appeal,
    lodge_appeal,
    name_contact,
    took_part,
)
from certificates.cases import CannotDoInCase, decide_case, suspend_meanwhile
from certificates.deciding import ask_for_certificate
from certificates.models import Appeal, Certificate, DecisionKind, Outcome, RevocationReason, Status
from certificates.revoking import confirm_revocation
from tests.courses.races import side_by_side
from tests.factories.cases import (
    DAY,
    make_answered_case,
    make_appeal,
    make_case,
    make_contact,
    make_held_case,
    make_proposal,
    make_revoked,
)
from tests.factories.certificates import make_certificate, make_completion
from tests.factories.people import NOON, make_person, make_registrar

LATER = NOON + 5 * DAY


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def decide(appeal, *, upheld=False, by=None, at=LATER):
    return decide_appeal(
        appeal=appeal, upheld=upheld, reason="The call sheets show it.", by=by or appeal.contact, at=at
    )


# Lodging ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_appeal_goes_to_the_academys_contact(mailoutbox, django_capture_on_commit_callbacks):
    contact, case = make_contact(), make_held_case()

    with django_capture_on_commit_callbacks(execute=True):
        appeal = make_appeal(case)
        again = make_appeal(case)

    assert appeal == again
    assert (appeal.contact, appeal.named_at) == (contact, appeal.lodged_at)
    assert [letter.to for letter in mailoutbox] == [[contact.email]]
    assert "pick-ups" not in mailoutbox[0].body + mailoutbox[0].subject


@pytest.mark.django_db
def test_who_took_part_is_not_the_contact_and_a_registrar_names_another(mailoutbox, django_capture_on_commit_callbacks):
    registrar = make_registrar("Both")
    contact = make_contact()
    contact.groups.set(registrar.groups.all())
    case = make_held_case(by=contact)

    with django_capture_on_commit_callbacks(execute=True):
        appeal = make_appeal(case)
        other = make_person("Odile")
        named = name_contact(appeal=appeal, email=other.email.upper(), by=registrar, at=LATER)
        name_contact(appeal=appeal, email=other.email, by=registrar, at=LATER + DAY)

    assert appeal.contact is None
    assert (named.contact, named.named_at) == (other, LATER)
    assert {letter.to[0] for letter in mailoutbox} == {registrar.email, contact.email, other.email}
    assert not appeals_without_contact().exists()


@pytest.mark.django_db
def test_without_a_contact_the_appeal_is_kept_all_the_same():
    appeal = make_appeal()

    assert list(appeals_without_contact()) == [appeal]


@pytest.mark.django_db
def test_none_of_those_who_took_part_is_named():
    issuer, registrar, other = make_registrar("Issuer"), make_registrar("Decider"), make_registrar("Other")
    certificate = make_certificate(by=issuer, at=NOON)
    appeal = make_appeal(make_held_case(certificate=certificate, by=registrar))

    assert took_part(appeal.case) == {issuer.pk, registrar.pk, certificate.holder_id}
    for person in (issuer, registrar, certificate.holder):
        with pytest.raises(CannotAppeal, match="took part"):
            name_contact(appeal=appeal, email=person.email, by=other, at=LATER)
    with pytest.raises(CannotAppeal, match="Nobody names themselves"):
        name_contact(appeal=appeal, email=other.email, by=other, at=LATER)
    with pytest.raises(CannotAppeal, match="Nobody has an account"):
        name_contact(appeal=appeal, email="nobody@example.org", by=other, at=LATER)
    with pytest.raises(CannotAppeal, match="your own certificate"):
        name_contact(appeal=appeal, email=make_person().email, by=certificate.holder, at=LATER)


@pytest.mark.django_db
def test_the_contact_does_nothing_else_in_the_case():
    contact = make_contact()
    case = make_held_case()
    make_appeal(case)

    with pytest.raises(CannotDoInCase, match="independent contact"):
        suspend_meanwhile(case=case, because="Me.", by=contact, at=LATER)


@pytest.mark.django_db
def test_an_appeal_has_its_time_and_something_to_appeal():
    held, case = make_held_case(), make_answered_case()
    nothing = decide_case(case=case, outcome=Outcome.NO_ACTION, reason="No.", by=make_registrar(), at=NOON + 3 * DAY)

    with pytest.raises(CannotAppeal, match="ended on"):
        make_appeal(held, at=NOON + 34 * DAY)
    with pytest.raises(CannotAppeal, match="nothing to appeal"):
        make_appeal(nothing)
    with pytest.raises(CannotAppeal, match="Nothing is decided"):
        make_appeal(make_case())
    with pytest.raises(CannotAppeal, match="Say why"):
        lodge_appeal(case=held, words=" ", at=LATER)
    assert make_appeal(held, at=NOON + 33 * DAY).case == held


# Deciding --------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_suspension_that_falls_is_lifted_at_once(mailoutbox, django_capture_on_commit_callbacks):
    make_contact()
    appeal = make_appeal()

    with django_capture_on_commit_callbacks(execute=True):
        for _twice in range(2):
            decided = decide(appeal)

    case = fresh(appeal.case)
    assert (decided.upheld, decided.decision.kind) == (False, DecisionKind.OVERTURN)
    assert fresh(case.certificate).status(LATER) is Status.ACTIVE
    assert case.lifted_at == LATER
    assert {letter.to[0] for letter in mailoutbox} == {case.certificate.holder.email, case.opened_by.email}


@pytest.mark.django_db
def test_a_decision_that_stands_changes_nothing():
    make_contact()
    appeal = make_appeal()

    assert decide(appeal, upheld=True).decision.kind == DecisionKind.UPHOLD
    assert fresh(appeal.case.certificate).suspended_at is not None
    with pytest.raises(CannotAppeal, match="It is final"):
        decide(appeal, upheld=False)


@pytest.mark.django_db
def test_after_a_revocation_that_falls_its_holder_asks_for_a_new_one():
    make_contact()
    certificate = make_revoked(make_completion(at=NOON))
    decide(make_appeal(certificate.cases.get()))

    newer = ask_for_certificate(enrolment=certificate.enrolment, certificate_name="Ana Núñez", at=LATER + DAY)

    assert isinstance(newer, Certificate)
    assert newer.number != certificate.number
    assert fresh(certificate).revocation_reason == RevocationReason.EVIDENCE


@pytest.mark.django_db
def test_only_the_contact_decides_and_only_as_one_who_took_no_part():
    make_contact()
    appeal = make_appeal()

    with pytest.raises(CannotAppeal, match="Somebody else"):
        decide(appeal, by=make_registrar())
    Appeal.objects.update(contact=appeal.case.opened_by)
    with pytest.raises(CannotAppeal, match="You took part"):
        decide(fresh(appeal))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("appeal_contact_and_when_together", {"named_at": NOON}),
        ("appeal_decided_by_its_contact", {"upheld": True}),
        ("appeal_decided_by_its_contact", {"upheld": True, "decision": 1}),
    ],
)
def test_the_database_refuses_an_appeal_that_cannot_be(name, change):
    appeal = make_appeal()
    if "decision" in change:
        change = change | {"decision": appeal.case.decisions.first()}

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Appeal.objects.update(**change)


@pytest.mark.django_db(transaction=True)
def test_deciding_twice_at_once_decides_once():
    make_contact()
    appeal = make_appeal()

    answers = side_by_side(partial(decide, appeal, upheld=True), partial(decide, appeal, upheld=False))

    assert sum(isinstance(answer, CannotAppeal) for answer in answers) == 1
    assert appeal.case.decisions.filter(kind__in=["UPHOLD", "OVERTURN"]).count() == 1


# Pages -----------------------------------------------------------------------------------------------------


def recent_appeal():
    now = timezone.now()
    case = make_held_case(certificate=make_completion(at=now - 9 * DAY), at=now - 5 * DAY)
    return make_appeal(case, at=now - DAY)


@pytest.mark.django_db
def test_the_holder_appeals_on_the_page_of_the_case(client):
    now = timezone.now()
    case = make_held_case(certificate=make_completion(at=now - 9 * DAY), at=now - 5 * DAY)
    page = reverse("certificates:case", args=[case.pk])
    client.force_login(case.certificate.holder)

    shown = client.get(page).text
    refused = client.post(page + "appeal/", {"words": " "})
    client.post(page + "appeal/", {"words": "They were pick-ups."})

    assert "Both days fall." in shown
    assert "If you do not accept it" in shown
    assert refused.status_code == 422
    assert Appeal.objects.get().words == "They were pick-ups."
    assert client.post(page + "appeal/", {"words": "Again."}).status_code == 302
    assert "Somebody who took no part" in client.get(page).text


@pytest.mark.django_db
def test_the_contact_reads_all_of_it_and_decides(client):
    contact = make_contact()
    appeal = recent_appeal()
    page = reverse("certificates:appeal", args=[appeal.pk])
    client.force_login(contact)

    listed = client.get(reverse("certificates:appeal_list")).text
    shown = client.get(page).text
    refused = client.post(page, {"reason": "The call sheets."})
    sent = client.post(page, {"upheld": "no", "reason": "The call sheets."})

    assert page in listed
    assert page in client.get(reverse("certificates:appeal_list")).text
    assert all(words in shown for words in ("They were pick-ups.", "I was there.", "Both days fall.", "are in doubt"))
    assert refused.status_code == 422
    assert sent.status_code == 302
    assert fresh(appeal).upheld is False
    assert "You decided: the decision falls." in client.get(page).text
    assert client.post(page, {"upheld": "yes", "reason": "Or not."}).status_code == 422


@pytest.mark.django_db
@pytest.mark.parametrize("who", [make_person, make_registrar])
def test_to_others_the_appeal_is_not_there(client, who):
    make_contact()
    appeal = recent_appeal()
    client.force_login(who())

    for method in (client.get, client.post):
        answer = method(reverse("certificates:appeal", args=[appeal.pk]), {"upheld": "no", "reason": "Mine."})
        assert answer.status_code == 404
        assert "pick-ups" not in answer.text
    assert appeal.case.certificate.number not in client.get(reverse("certificates:appeal_list")).text


@pytest.mark.django_db
@pytest.mark.parametrize("many", [1, 3])
def test_the_list_of_appeals_costs_the_same(client, django_assert_num_queries, many):
    contact = make_contact()
    for _ in range(many):
        recent_appeal()
    client.force_login(contact)
    client.get(reverse("certificates:appeal_list"))

    with django_assert_num_queries(7):  # session, person; appeals; academy and menu
        assert len(client.get(reverse("certificates:appeal_list")).context["appeals"]) == many


@pytest.mark.django_db
def test_the_holder_reads_that_a_revocation_fell_and_asks_anew(client):
    make_contact()
    now = timezone.now()
    certificate = make_completion(at=now - 9 * DAY)
    proposal = make_proposal(certificate, at=now - 5 * DAY)
    confirm_revocation(proposal=proposal, by=make_registrar("Second"), at=now - 5 * DAY)
    decide(make_appeal(proposal.case, at=now - DAY), at=now)
    client.force_login(certificate.holder)

    page = client.get(reverse("certificates:case", args=[proposal.case_id])).text
    listed = client.get(reverse("certificates:list")).text

    assert "A revoked number stays revoked" in page
    assert "Issue my certificate" in listed
