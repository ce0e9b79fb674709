"""Can somebody tell the ombud without being known, read the answer by their code, and does nobody else read it?"""

import logging
from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from certificates.complaints import (
    CannotComplain,
    add_to_complaint,
    answer_complaint,
    close_complaint,
    complaint_of,
    ombuds,
    pass_on,
    waiting_complaints,
)
from certificates.models import Case, Closing, Complaint, ComplaintMessage
from cms.accounts.models import Entry
from cms.accounts.roles import Role
from cms.logs import WithoutSecrets
from tests.courses.races import side_by_side
from tests.factories.cases import make_complaint, make_ombud
from tests.factories.certificates import make_completion
from tests.factories.people import NOON, make_person, make_registrar

DAY = timedelta(days=1)
NEW = "/complaints/"
SAID = {"about": "MENTOR", "words": "They laughed at me.", "number": "", "address": "", "once": "abc"}


def answer(complaint, words="Thank you. I have read it.", at=NOON + DAY, by=None):
    return answer_complaint(complaint=complaint, words=words, by=by or make_ombud(), at=at)


# Functions -------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_what_is_sent_is_found_by_its_code_however_it_is_typed():
    sent = make_complaint()

    for typed in (sent.code, sent.code.lower(), sent.code.replace("-", ""), f"  {sent.code.replace('-', ' ')} "):
        assert complaint_of(typed) == sent.complaint
    assert complaint_of(sent.code.replace("0", "O").replace("1", "l")) == sent.complaint
    assert complaint_of(sent.code[:-1]) is None
    assert complaint_of("") is None


@pytest.mark.django_db
def test_the_same_form_sent_twice_makes_one(mailoutbox, django_capture_on_commit_callbacks):
    ombud = make_ombud()

    with django_capture_on_commit_callbacks(execute=True):
        first, second = make_complaint(), make_complaint()
        other = make_complaint(once="another form")

    assert first == second
    assert other.code != first.code
    assert [letter.to for letter in mailoutbox] == [[ombud.email]] * 2
    assert "laughed" not in str([letter.subject + letter.body for letter in mailoutbox])


@pytest.mark.django_db
def test_neither_the_words_nor_the_code_nor_who_sent_it_is_kept_in_the_open():
    sent = make_complaint(number="CS-7K3M9-QX2TB-4", address="wren@example.org")
    add_to_complaint(complaint=sent.complaint, words="And again.", at=NOON)

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM certificates_complaint")
        kept = str(cursor.fetchall())
        cursor.execute("SELECT * FROM certificates_complaintmessage")
        kept += str(cursor.fetchall())
    kept += str(list(Entry.objects.values()))

    for secret in ("laughed", "again", "7K3M9", "wren@example.org", sent.code, sent.code.replace("-", "")):
        assert secret not in kept
    assert set(Entry.objects.filter(chain__name="complaints").values_list("actor", flat=True)) == {None}


@pytest.mark.django_db
def test_it_waits_for_the_ombud_from_the_first_word_not_answered():
    complaint = make_complaint().complaint
    assert complaint.waits_since == NOON

    answer(complaint)
    complaint.refresh_from_db()
    assert complaint.waits_since is None

    for day in (2, 3):
        add_to_complaint(complaint=complaint, words=f"Day {day}.", at=NOON + day * DAY)
    complaint.refresh_from_db()
    assert complaint.waits_since == NOON + 2 * DAY
    assert list(waiting_complaints()) == [complaint]


@pytest.mark.django_db
def test_saying_the_last_again_adds_nothing():
    complaint, ombud = make_complaint().complaint, make_ombud()

    for _twice in range(2):
        add_to_complaint(complaint=complaint, words="More.", at=NOON)
    for _twice in range(2):
        answer(complaint, by=ombud)

    assert ComplaintMessage.objects.count() == 2


@pytest.mark.django_db
def test_who_left_an_address_is_told_that_there_is_an_answer(mailoutbox, django_capture_on_commit_callbacks):
    named, unknown = make_complaint(address="wren@example.org"), make_complaint(words="Another.")

    with django_capture_on_commit_callbacks(execute=True):
        answer(named.complaint)
        answer(unknown.complaint)

    [letter] = mailoutbox
    assert letter.to == ["wren@example.org"]
    assert "read it" not in letter.body.lower().replace("read it here", "")
    assert named.code not in letter.body


@pytest.mark.django_db
def test_it_is_passed_on_in_the_ombuds_words_alone(mailoutbox, django_capture_on_commit_callbacks):
    complaint, ombud, registrar = make_complaint().complaint, make_ombud(), make_registrar()
    certificate = make_completion(at=NOON)

    with django_capture_on_commit_callbacks(execute=True):
        case, again = (
            pass_on(complaint=complaint, certificate=certificate, concern="A day is in doubt.", by=ombud, at=NOON + DAY)
            for _twice in range(2)
        )

    assert case == again
    assert (case.concern, case.opened_by, case.complaint) == ("A day is in doubt.", ombud, complaint)
    assert "laughed" not in case.concern
    assert [letter.to for letter in mailoutbox] == [[registrar.email]]


@pytest.mark.django_db
def test_it_is_closed_once_with_last_words():
    complaint, ombud = make_complaint().complaint, make_ombud()
    close = partial(close_complaint, complaint=complaint, words="We spoke.", by=ombud)

    with pytest.raises(CannotComplain, match="not been passed on"):
        close(closing=Closing.PASSED_ON, at=NOON + DAY)
    closed = close(closing=Closing.SETTLED, at=NOON + DAY)
    again = close(closing=Closing.NOTHING, at=NOON + 2 * DAY)

    assert (again.closing, again.closed_at) == (closed.closing, NOON + DAY)
    for late in (
        partial(add_to_complaint, complaint=complaint, words="More.", at=NOON),
        partial(answer, complaint, "x"),
    ):
        with pytest.raises(CannotComplain, match="closed"):
            late()
    with pytest.raises(CannotComplain, match="closed"):
        pass_on(complaint=complaint, certificate=make_completion(at=NOON), concern="x", by=ombud, at=NOON + 2 * DAY)


@pytest.mark.django_db
@pytest.mark.parametrize(("words", "said"), [(" ", "Write what happened"), ("x" * 8_001, "under 8,000")])
def test_there_are_words_and_not_too_many(words, said):
    with pytest.raises(CannotComplain, match=said):
        make_complaint(words=words)


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{"closed_at": NOON}, {"closing": "SETTLED"}])
def test_the_database_refuses_half_a_closing(change):
    make_complaint()

    with pytest.raises(IntegrityError, match="complaint_closed_by_somebody_and_how"), transaction.atomic():
        Complaint.objects.update(**change)


@pytest.mark.django_db
def test_an_ombud_who_is_a_registrar_as_well_reads_none():
    both, ombud = make_person("Both", roles=(Role.OMBUD, Role.REGISTRAR)), make_ombud()

    assert list(ombuds()) == [ombud]
    assert both not in ombuds()


@pytest.mark.django_db(transaction=True)
def test_clicking_twice_at_once_sends_one():
    answers = side_by_side(*(make_complaint for _ in range(3)))

    assert len({sent.code for sent in answers}) == 1
    assert Complaint.objects.count() == 1


# Pages -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_anybody_sends_without_an_account_and_comes_back_by_their_code(client):
    shown = client.get(NEW)
    refused = client.post(NEW, SAID | {"about": ""})
    sent = client.post(NEW, SAID)
    page = client.get(sent.url)
    code = page.context["code"]
    found = client.post("/complaints/find/", {"code": code.lower()})

    assert "by nobody else" in shown.text
    assert "Registrars, mentors and teachers do not see it" in shown.text
    assert refused.status_code == 422
    assert "They laughed at me." in refused.text
    assert (sent.status_code, found.url) == (302, sent.url)
    assert code in page.text
    assert client.post(sent.url, {"words": "And again."}).status_code == 302
    answer(Complaint.objects.get())
    assert "Thank you. I have read it." in client.get(sent.url).text


@pytest.mark.django_db
def test_the_answer_is_listed_cached_and_referred_nowhere(client):
    page = client.get(f"/complaints/{make_complaint().code}/")

    assert "no-store" in page["Cache-Control"]
    assert page["Referrer-Policy"] == "same-origin"
    assert 'content="noindex, nofollow"' in page.text
    assert "laughed" not in page.text.split("</title>")[0]


@pytest.mark.django_db
def test_a_signed_in_person_is_not_kept_with_it(client):
    learner = make_person("Wren")
    client.force_login(learner)

    client.post(NEW, SAID)

    complaint = Complaint.objects.get()
    assert complaint.address == ""
    assert not Entry.objects.filter(actor=learner).exists()


@pytest.mark.django_db
def test_programs_that_fill_in_everything_are_turned_away_with_a_sentence(client):
    refused = client.post(NEW, SAID | {"website": "https://spam.example"})

    assert refused.status_code == 422
    assert "Leave it empty" in refused.text
    assert not Complaint.objects.exists()


@pytest.mark.django_db
def test_who_sends_without_end_is_slowed_and_loses_nothing(client):
    answers = [client.post(NEW, SAID | {"once": str(number)}) for number in range(6)]

    assert [answer.status_code for answer in answers] == [302] * 5 + [429]
    assert "They laughed at me." in answers[-1].text
    assert client.post(answers[0].url, {"words": "More."}).status_code == 429
    assert Complaint.objects.count() == 5


@pytest.mark.django_db
def test_guessing_codes_is_slowed(client):
    code = "0" * 20

    answers = [client.get(f"/complaints/{code}/").status_code for _ in range(31)]

    assert (answers[0], answers[-1]) == (404, 429)
    assert client.post("/complaints/find/", {"code": code}).status_code == 429


def test_no_line_of_a_log_leads_there():
    line = logging.LogRecord(
        "x", logging.WARNING, "x", 1, "Not Found: %s", ("/complaints/ABCDE-12345-ABCDE-12345/",), None
    )

    WithoutSecrets().filter(line)

    assert line.getMessage() == "Not Found: /complaints/…/"


@pytest.mark.django_db
def test_an_unknown_code_is_said_to_be_one(client):
    refused = client.post("/complaints/find/", {"code": "0" * 20})

    assert refused.status_code == 422
    assert "nothing under this code" in refused.text


@pytest.mark.django_db
def test_once_closed_nothing_is_added(client):
    sent = make_complaint()
    page = f"/complaints/{sent.code}/"
    close_complaint(
        complaint=sent.complaint, closing=Closing.SETTLED, words="We spoke.", by=make_ombud(), at=NOON + DAY
    )

    shown = client.get(page).text
    refused = client.post(page, {"words": "More."})

    assert "Settled. Closed on" in shown
    assert "Is there more?" not in shown
    assert refused.status_code == 422


@pytest.mark.django_db
def test_every_page_leads_there(client):
    assert reverse("certificates:complaint_new") in client.get(reverse("certificates:verify")).text
    assert not Case.objects.exists()
