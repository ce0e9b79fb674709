"""Do the desk's pages about flags, cases and revocations say first what will happen, and do they ask a second person?"""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from certificates.cases import give_notice, respond
from certificates.models import (
    Appeal,
    Case,
    Certificate,
    Decision,
    Flag,
    FlagSetAside,
    RequestQuestion,
    RevocationProposal,
    RulesInError,
)
from certificates.questions import answer_question
from certificates.revoking import say_wish
from cms.accounts import history
from courses.models import Ended, Grant
from tests.factories.cases import make_appeal, make_case, make_contact, make_held_case, make_proposal
from tests.factories.certificates import make_completion, make_request
from tests.factories.desk import at_the_desk, yesterday
from tests.factories.people import make_person, make_registrar

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def url(name, *args):
    return reverse(f"desk:{name}", args=args)


def public(client, certificate):
    address = reverse("certificates:verify_number", args=[certificate.number])
    return client.get(address, headers={"accept": "application/json"}).json()


def recent(**made) -> Certificate:
    return make_completion(at=timezone.now() - 9 * DAY, **made)


def paid_back(certificate) -> Certificate:
    grants = Grant.objects.filter(enrolment=certificate.enrolment)
    grants.update(ended_at=timezone.now() - DAY, ended_because=Ended.REFUNDED)
    return certificate


def do(client, address, said):
    """Both steps; the answer to the first, which may change nothing, and to the second."""
    first = client.post(address, said)
    return first, client.post(address, said | {"sure": "yes"})


# Asking the learner ----------------------------------------------------------------------------------------


def test_a_request_is_asked_about_and_comes_back(client):
    asked = make_request(at=yesterday())
    at_the_desk(client)
    page = url("request_ask", asked.pk)

    said = client.get(page).text
    refused = client.post(page, {"question": " "})
    sent = client.post(page, {"question": "Which Friday was it?"})
    waiting = client.get(url("request_list"))
    with_learner = client.get(url("request_list"), {"state": "asked"})

    assert "The question itself is behind the sign-in" in said
    assert refused.status_code == 422
    assert sent.url == url("request_detail", asked.pk)
    assert list(waiting.context["page_obj"].object_list) == []
    assert list(with_learner.context["page_obj"].object_list) == [asked]
    assert "With the learner" in client.get(url("request_detail", asked.pk)).text
    assert client.post(page, {"question": "And another?"}).status_code == 422

    answer_question(question=RequestQuestion.objects.get(), answer="The second.", at=timezone.now())
    page = client.get(url("request_detail", asked.pk)).text
    assert "Which Friday was it?" in page
    assert "The second." in page
    assert list(client.get(url("request_list")).context["page_obj"].object_list) == [asked]


def test_nothing_is_asked_about_an_answered_request(client):
    asked = make_request(at=yesterday())
    at_the_desk(client)
    client.post(url("request_decline", asked.pk), {"reason": "No."})

    again = client.get(url("request_ask", asked.pk), follow=True)

    assert "has been answered. Nothing was changed." in again.text


def test_the_basis_shows_each_requirement_with_its_numbers_and_the_way_to_its_evidence(client):
    asked = make_request(at=yesterday())
    at_the_desk(client)

    response = client.get(url("request_detail", asked.pk))

    [line] = response.context["evidence"].basis
    assert line.links == [("The learner’s record", url("learner_detail", asked.enrolment_id))]
    assert "1 of 1: 1 module" in response.text


# Flags -----------------------------------------------------------------------------------------------------


def test_a_flag_is_on_the_certificate_and_is_set_aside_with_a_reason(client):
    certificate = paid_back(recent())
    registrar = at_the_desk(client)
    page = url("flag_set_aside", certificate.pk, Flag.PAID_BACK)

    before = client.get(url("certificate_detail", certificate.pk)).text
    refused = client.post(page, {"reason": " ", "sure": "yes"})
    first, _second = do(client, page, {"reason": "Paid twice, and given back once."})

    assert page in before
    assert refused.status_code == 422
    assert "The certificate stays as it is." in first.text
    assert FlagSetAside.objects.get().decision.by == registrar
    assert page not in client.get(url("certificate_detail", certificate.pk)).text
    assert list(client.get(url("certificate_list"), {"state": "flagged"}).context["page_obj"].object_list) == []
    assert public(client, certificate)["status"] == "active"


def test_a_case_is_opened_from_a_flag(client):
    certificate = paid_back(recent())
    at_the_desk(client)

    do(client, url("flag_case", certificate.pk, Flag.PAID_BACK), {"concern": "Who paid?"})

    case = Case.objects.get()
    assert (case.origin, case.flag, case.concern) == ("FLAG", "PAID_BACK", "Who paid?")
    assert url("case_detail", case.pk) in client.get(url("certificate_detail", certificate.pk)).text


def test_there_is_no_such_flag(client):
    at_the_desk(client)

    assert client.get(url("flag_set_aside", recent().pk, "NOSE")).status_code == 404


def test_a_rule_set_published_in_error_flags_what_stands_under_it(client):
    certificate = recent()
    at_the_desk(client)
    page = url("rules_in_error", certificate.requirement_set_id)

    first, _second = do(client, page, {"reason": "A line was missing."})
    known = client.get(page).text

    assert "for a registrar to decide about each: 1." in first.text
    assert RulesInError.objects.get().reason == "A line was missing."
    assert "A line was missing." in known
    assert client.get(url("certificate_list"), {"state": "flagged"}).context["page_obj"].object_list[0] == certificate


# Cases -----------------------------------------------------------------------------------------------------


def test_a_case_goes_its_whole_way_at_the_desk(client):
    certificate = recent()
    at_the_desk(client)

    do(client, url("case_open", certificate.pk), {"concern": "Two days are in doubt."})
    case = Case.objects.get()
    page = url("case_detail", case.pk)
    assert url("case_revoke", case.pk) not in client.get(page).text  # not heard yet

    do(client, url("case_suspend", case.pk), {"reason": "So long as it is open."})
    assert (public(client, certificate)["status"], public(client, certificate)["reason"]) == (
        "suspended", "A case is being looked into",
    )  # fmt: skip

    hold = {"outcome": "HOLD", "until": (timezone.localdate() + 30 * DAY).isoformat(), "reason": "Both fall."}
    _first, unheard = do(client, url("case_decide", case.pk), hold)
    assert unheard.status_code == 422
    assert "has not been heard" in unheard.text

    do(client, url("case_notice", case.pk), {"notice": "Two of your days are in doubt."})
    respond(case=Case.objects.get(), response="I was there.", at=timezone.now())
    shown = client.get(page).text
    assert all(
        words in shown for words in ("Two of your days", "I was there.", "To be decided", "So long as it is open")
    )

    first, _second = do(client, url("case_decide", case.pk), hold)
    assert "It stands again by itself on" in first.text
    assert public(client, certificate)["reason"] == "Suspended by a decision"
    assert "Decided, can be appealed" in client.get(page).text
    decided = client.get(url("case_list"), {"state": "decided"}).context["page_obj"].object_list
    assert list(decided) == [case]


@pytest.mark.parametrize(
    "said",
    [
        {"outcome": "REVOKE", "reason": "x"},
        {"outcome": "HOLD", "reason": "x"},
        {"outcome": "HOLD", "until": "soon", "reason": "x"},
        {"outcome": "NO_ACTION", "reason": ""},
        {},
    ],
)
def test_a_decision_that_cannot_be_is_refused_in_its_first_step(client, said):
    case = make_case(recent(), at=timezone.now())
    at_the_desk(client)

    assert client.post(url("case_decide", case.pk), said | {"sure": "yes"}).status_code == 422
    assert Case.objects.get().decided_at is None


@pytest.mark.parametrize(("outcome", "words"), [("NO_ACTION", "stays as it is"), ("CORRECT", "stays valid")])
def test_what_a_decision_does_is_said_before(client, outcome, words):
    case = make_case(recent(), at=timezone.now())
    at_the_desk(client)

    first, second = do(client, url("case_decide", case.pk), {"outcome": outcome, "reason": "Enough."})

    assert words in first.text
    assert second.url == url("case_detail", case.pk)
    assert Case.objects.get().outcome == outcome


def test_a_contact_is_named_for_an_appeal_that_nobody_looks_at(client):
    case = make_held_case(certificate=recent(), at=timezone.now() - 5 * DAY)
    other = make_person("Odile")
    at_the_desk(client)
    page = url("case_contact", case.pk)
    assert client.get(page).status_code == 302  # nobody has appealed

    make_appeal(case, at=timezone.now())
    listed = client.get(url("case_list"), {"state": "appealed"}).context["page_obj"].object_list
    shown = client.get(url("case_detail", case.pk)).text
    _first, refused = do(client, page, {"email": case.opened_by.email})
    do(client, page, {"email": other.email})

    assert list(listed) == [case]
    assert "Nobody looks at it yet" in shown
    assert refused.status_code == 422
    assert Appeal.objects.get().contact == other
    assert "With Odile" in client.get(url("case_detail", case.pk)).text


def test_reading_a_case_is_written_down(client):
    case = make_case(recent(), at=timezone.now())
    registrar = at_the_desk(client)

    client.get(url("case_detail", case.pk))

    assert history.entries_about(case).filter(chain__name="audit").get().actor == registrar


def test_a_registrar_finds_nothing_about_their_own(client):
    registrar = at_the_desk(client)
    certificate = paid_back(recent(learner=registrar))
    case = make_case(certificate, at=timezone.now(), by=make_registrar())
    give_notice(case=case, notice="In doubt.", by=make_registrar(), at=timezone.now())
    other = make_proposal(recent(learner=registrar), at=timezone.now())

    for address in (
        url("case_detail", case.pk),
        url("case_decide", case.pk),
        url("revocation_detail", other.pk),
        url("revocation_confirm", other.pk),
        url("flag_set_aside", certificate.pk, "PAID_BACK"),
        url("case_open", certificate.pk),
        url("certificate_revoke", certificate.pk),
        url("certificate_end", certificate.pk),
    ):
        assert client.get(address).status_code == 404, address
        assert client.post(address, {"sure": "yes"}).status_code in {404, 405}, address
    for address in (url("case_list"), url("revocation_list"), reverse("cms_desk")):
        assert certificate.number not in client.get(address).text
        assert other.certificate.number not in client.get(address).text
    shown = client.get(url("certificate_detail", certificate.pk)).text
    assert url("case_detail", case.pk) not in shown


# Revoking --------------------------------------------------------------------------------------------------


def test_one_proposes_and_another_confirms(client):
    certificate = recent()
    said = {"reason": "ETHICS", "private_reason": "She said so herself."}
    first = at_the_desk(client)
    page = url("certificate_revoke", certificate.pk)

    refused = client.post(page, {"reason": "REQUEST", "private_reason": "x", "sure": "yes"})
    told, _done = do(client, page, said)
    proposal = RevocationProposal.objects.get()
    mine = client.get(url("revocation_detail", proposal.pk)).text
    alone = client.post(url("revocation_confirm", proposal.pk), {"sure": "yes"})

    assert refused.status_code == 422
    assert "one of them confirms or rejects it, and you cannot" in told.text
    assert "The holder has not been heard." in told.text
    assert proposal.proposed_by == first
    assert url("revocation_confirm", proposal.pk) not in mine
    assert url("revocation_take_back", proposal.pk) in mine
    assert alone.status_code == 422
    assert "A revocation is proposed already" in client.get(page).text
    assert public(client, certificate)["status"] == "active"

    at_the_desk(client, make_registrar("Second"))
    waiting = client.get(url("revocation_list")).context["page_obj"].object_list
    shown = client.get(url("revocation_detail", proposal.pk)).text
    assert list(waiting) == [proposal]
    assert "She said so herself." in shown
    client.post(url("revocation_confirm", proposal.pk), {"sure": "yes"})
    again = client.post(url("revocation_confirm", proposal.pk), {"sure": "yes"})

    assert (public(client, certificate)["status"], public(client, certificate)["reason"]) == (
        "revoked", "Ethics code breached",
    )  # fmt: skip
    assert again.status_code == 302
    assert "herself" not in client.get(reverse("certificates:verify_number", args=[certificate.number])).text
    assert Decision.objects.filter(kind="REVOKE").count() == 1
    answered = client.get(url("revocation_list"), {"state": "answered"}).context["page_obj"].object_list
    assert list(answered) == [proposal]
    assert "revoked already" in client.get(page).text


@pytest.mark.parametrize("how", ["reject", "take_back"])
def test_a_proposal_is_answered_with_a_no(client, how):
    proposal = make_proposal(recent(), at=timezone.now())
    at_the_desk(client, proposal.proposed_by if how == "take_back" else make_registrar("Second"))
    page = url(f"revocation_{how}", proposal.pk)

    refused = client.post(page, {"reason": " ", "sure": "yes"})
    first, _second = do(client, page, {"reason": "Not shown."})

    assert refused.status_code == 422
    assert "The certificate stays as it is." in first.text
    assert RevocationProposal.objects.get().confirmed is False
    assert public(client, proposal.certificate)["status"] == "active"
    assert "Not shown." in client.get(url("revocation_detail", proposal.pk)).text


def test_in_a_case_it_is_proposed_once_the_holder_was_heard(client):
    case = make_case(recent(), at=timezone.now() - 3 * DAY)
    registrar = at_the_desk(client)
    give_notice(case=case, notice="In doubt.", by=registrar, at=timezone.now() - 2 * DAY)
    page, said = url("case_revoke", case.pk), {"reason": "EVIDENCE", "private_reason": "Both fall."}

    _first, unheard = do(client, page, said)
    respond(case=case, response="I was there.", at=timezone.now())
    told, _done = do(client, page, said)

    assert unheard.status_code == 422
    assert "has not been heard" not in told.text
    assert RevocationProposal.objects.get().case == case
    assert "Waits for a second registrar" in client.get(url("case_detail", case.pk)).text


def test_what_its_holder_gives_up_is_ended_by_one(client):
    certificate = recent()
    at_the_desk(client)
    page = url("certificate_end", certificate.pk)

    without = client.post(page, {"sure": "yes"})
    say_wish(certificate=certificate, at=timezone.now())
    listed = client.get(url("certificate_list"), {"state": "given_up"}).context["page_obj"].object_list
    shown = client.get(url("certificate_detail", certificate.pk)).text
    first = client.get(page).text
    client.post(page, {"sure": "yes"})

    assert without.status_code == 422
    assert list(listed) == [certificate]
    assert page in shown
    assert "It is final." in first
    assert public(client, certificate)["reason"] == "At the holder’s request"


def test_the_holder_gives_it_up_on_their_own_page_and_may_think_better_of_it(client):
    certificate = recent()
    page = reverse("certificates:give_up", args=[certificate.public_id])
    client.force_login(certificate.holder)

    assert page in client.get(reverse("certificates:list")).text
    assert "It is final" in client.get(page).text
    client.post(page, {"end": "yes"})
    assert "Keep it after all" in client.get(page).text
    client.post(page, {"keep": "yes"})
    assert certificate.wishes.get().ended_at is not None

    client.force_login(make_person())
    assert client.post(page, {"end": "yes"}).status_code == 404
    assert certificate.wishes.count() == 1


def test_what_waits_is_counted(client):
    paid_back(recent())
    make_case(recent(), at=timezone.now())
    make_proposal(recent(), at=timezone.now())
    make_appeal(make_held_case(certificate=recent(), at=timezone.now() - 5 * DAY), at=timezone.now())
    say_wish(certificate=recent(), at=timezone.now())
    make_contact()
    at_the_desk(client)

    piles = {pile.label: pile.count for pile in client.get(reverse("cms_desk")).context["piles"]}

    assert {label: count for label, count in piles.items() if count} == {
        "Certificates to decide about": 1,
        "Cases to go on with": 1,
        "Revocations for a second registrar": 1,
        "Appeals that nobody looks at": 1,
        "Certificates their holders give up": 1,
    }
