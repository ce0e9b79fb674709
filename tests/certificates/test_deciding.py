"""Who asks, who answers, and does a repeated click change anything?"""

from datetime import timedelta
from functools import partial

import pytest

from certificates.deciding import CannotDecide, ask_for_certificate, confirm_certification, decline_certification
from certificates.issuing import CannotIssue, NotEligible
from certificates.models import Certificate, CertificationRequest, RevocationReason
from certificates.status import revoke_certificate
from cms.accounts import history
from cms.accounts.models import Entry
from courses.models import CredentialKind
from tests.courses.races import side_by_side
from tests.factories.certificates import (
    make_certificate,
    make_completion,
    make_ready,
    make_request,
    make_rules,
    make_signing_key,
    signing_key,  # noqa: F401  a fixture
)
from tests.factories.courses import lessons_of, make_enrolment
from tests.factories.people import NOON, make_registrar

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def verbs() -> list[str]:
    return list(Entry.objects.filter(chain__name="certificates").order_by("number").values_list("verb", flat=True))


def ask(enrolment, name: str = "Ana Núñez", at=NOON):
    return ask_for_certificate(enrolment=enrolment, certificate_name=name, at=at)


@pytest.mark.django_db
def test_a_certification_is_asked_for_and_waits() -> None:
    enrolment = make_ready()

    request = ask(enrolment, " Ana  Núñez ")

    assert isinstance(request, CertificationRequest)
    assert (request.certificate_name, request.asked_at, request.answered_at) == ("Ana Núñez", NOON, None)
    assert verbs() == ["certification.asked"]
    assert Entry.objects.get(verb="certification.asked").actor == enrolment.learner


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [CredentialKind.COMPLETION, CredentialKind.ASSESSMENT])
@pytest.mark.usefixtures("signing_key")
def test_what_needs_no_person_is_issued_at_once(kind: CredentialKind) -> None:
    certificate = ask(make_ready(kind=kind, valid_years=None))

    assert isinstance(certificate, Certificate)
    assert (certificate.kind, certificate.confirmed_by) == (kind, None)


@pytest.mark.django_db
def test_asking_again_gives_what_waits_under_the_first_name() -> None:
    enrolment = make_ready()

    assert ask(enrolment) == ask(enrolment, "Another Name", NOON + DAY)
    assert CertificationRequest.objects.get().certificate_name == "Ana Núñez"
    assert verbs() == ["certification.asked"]


@pytest.mark.django_db
def test_asking_again_gives_what_stands() -> None:
    certificate = make_certificate()

    assert ask(certificate.enrolment, "Another Name", NOON + DAY) == certificate
    assert CertificationRequest.objects.count() == 1


@pytest.mark.django_db
def test_asking_too_early_says_what_is_missing() -> None:
    enrolment = make_enrolment(at=NOON)
    make_rules(enrolment.programme)

    with pytest.raises(NotEligible) as refused:
        ask(enrolment)

    assert refused.value.missing == ["Study: 0 of 1 modules; 1 unit left."]
    assert CertificationRequest.objects.count() == 0


@pytest.mark.django_db
def test_asking_under_a_name_that_cannot_be_printed_asks_nothing() -> None:
    with pytest.raises(CannotIssue):
        ask(make_ready(), "Ana\u202eNúñez")

    assert CertificationRequest.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("make", [make_certificate, make_completion])
def test_after_a_revocation_nobody_asks_again(make) -> None:
    certificate = make()
    revoke_certificate(certificate=certificate, reason=RevocationReason.ETHICS, by=make_registrar(), at=NOON + DAY)

    with pytest.raises(CannotIssue, match="A new one needs a new enrolment"):
        ask(certificate.enrolment, at=NOON + 2 * DAY)

    assert CertificationRequest.objects.filter(answered_at=None).count() == 0


# Confirming ------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.usefixtures("signing_key")
def test_confirming_issues_under_the_name_asked_for() -> None:
    request, registrar = make_request(name="李小龍"), make_registrar()

    certificate = confirm_certification(request=request, by=registrar, at=NOON)

    request.refresh_from_db()
    assert (certificate.holder_name, certificate.confirmed_by) == ("李小龍", registrar)
    assert (request.answered_at, request.answered_by, request.declined_because) == (NOON, registrar, "")
    assert verbs() == ["certification.asked", "certificate.issued", "certification.confirmed"]


@pytest.mark.django_db
@pytest.mark.usefixtures("signing_key")
def test_confirming_again_gives_the_certificate_and_writes_nothing() -> None:
    request, registrar = make_request(), make_registrar()
    first = confirm_certification(request=request, by=registrar, at=NOON)

    again = confirm_certification(request=request, by=make_registrar("Other"), at=NOON + DAY)

    request.refresh_from_db()
    assert again == first
    assert (request.answered_by, request.answered_at) == (registrar, NOON)
    assert len(verbs()) == 3


@pytest.mark.django_db
@pytest.mark.usefixtures("signing_key")
def test_confirming_asks_the_rules_again() -> None:
    request = make_request()
    for lesson in lessons_of(request.enrolment.programme):
        lesson.unpublish()

    with pytest.raises(NotEligible):
        confirm_certification(request=request, by=make_registrar(), at=NOON)

    request.refresh_from_db()
    assert (request.answered_at, Certificate.objects.count()) == (None, 0)


@pytest.mark.django_db
@pytest.mark.usefixtures("signing_key")
@pytest.mark.parametrize("decide", ["confirm", "decline"])
def test_nobody_decides_their_own_request(decide: str) -> None:
    registrar = make_registrar()
    request = make_request(learner=registrar)

    with pytest.raises(CannotDecide, match="Another registrar decides it"):
        if decide == "confirm":
            confirm_certification(request=request, by=registrar, at=NOON)
        else:
            decline_certification(request=request, reason="Mine", by=registrar, at=NOON)

    request.refresh_from_db()
    assert (request.answered_at, Certificate.objects.count()) == (None, 0)


# Declining -------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_declining_tells_the_learner_without_the_reason(mailoutbox, django_capture_on_commit_callbacks) -> None:
    request, registrar = make_request(), make_registrar()

    with django_capture_on_commit_callbacks(execute=True):
        declined = decline_certification(request=request, reason=" A letter is missing. ", by=registrar, at=NOON)
        again = decline_certification(request=request, reason="Another", by=registrar, at=NOON + DAY)

    (mail,) = mailoutbox
    assert (declined.declined_because, again.declined_because) == ("A letter is missing.", "A letter is missing.")
    assert mail.to == [request.enrolment.learner.email]
    assert "letter" not in mail.subject + mail.body
    assert verbs() == ["certification.asked", "certification.declined"]
    assert "letter" not in str(list(Entry.objects.values_list("facts", flat=True)))


@pytest.mark.django_db
@pytest.mark.parametrize("reason", ["", "  \n "])
def test_declining_needs_a_reason(reason: str) -> None:
    request = make_request()

    with pytest.raises(CannotDecide, match="Write the reason"):
        decline_certification(request=request, reason=reason, by=make_registrar(), at=NOON)


@pytest.mark.django_db
@pytest.mark.usefixtures("signing_key")
def test_what_is_answered_stays_answered() -> None:
    registrar = make_registrar()
    confirmed, declined = make_request(), make_request()
    confirm_certification(request=confirmed, by=registrar, at=NOON)
    decline_certification(request=declined, reason="No.", by=registrar, at=NOON)

    with pytest.raises(CannotDecide, match="confirmed and the certificate issued"):
        decline_certification(request=confirmed, reason="No.", by=registrar, at=NOON + DAY)
    with pytest.raises(CannotDecide, match="was declined"):
        confirm_certification(request=declined, by=registrar, at=NOON + DAY)

    assert Certificate.objects.count() == 1


@pytest.mark.django_db
def test_after_a_decline_the_learner_asks_again() -> None:
    request = make_request()
    decline_certification(request=request, reason="No.", by=make_registrar(), at=NOON)

    second = ask(request.enrolment, "Ana Prosser", NOON + DAY)

    assert second != request
    assert second.certificate_name == "Ana Prosser"


# At once ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_learner_who_clicks_four_times_asks_once() -> None:
    enrolment = make_ready()

    answers = side_by_side(*(partial(ask, enrolment) for _ in range(4)))

    assert {type(answer) for answer in answers} == {CertificationRequest}
    assert CertificationRequest.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_registrars_deciding_at_once_decide_one_thing(mailoutbox) -> None:
    make_signing_key()
    request, one, other = make_request(), make_registrar(), make_registrar()

    confirmed, declined = side_by_side(
        partial(confirm_certification, request=request, by=one, at=NOON),
        partial(decline_certification, request=request, reason="No.", by=other, at=NOON),
    )

    request.refresh_from_db()
    assert Certificate.objects.count() == (not request.declined_because)
    assert sum(isinstance(answer, CannotDecide) for answer in (confirmed, declined)) == 1
    assert len(mailoutbox) == 1
    assert list(history.breaks()) == []
