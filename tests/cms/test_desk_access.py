"""Who may sit at the desk? Registrars; to everybody else nothing is there, and nothing leaks."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.urls import reverse
from wagtail.admin.menu import admin_menu
from wagtail.models import Page, ReferenceIndex

from assessments.models import (
    CheckIn,
    EvidenceDocument,
    Mentor,
    MentorApplication,
    MentorInvitation,
    Mentorship,
    Recommendation,
    RecommendationRequest,
    Shift,
)
from certificates.models import (
    Allowance,
    Case,
    Certificate,
    CertificationRequest,
    Complaint,
    CreditEntry,
    Decision,
    Flag,
    RegisterEntry,
    RegisterMessage,
    Renewal,
    RenewalReminder,
    RevocationProposal,
    RulesMove,
    Watch,
)
from cms.accounts import history
from cms.accounts.roles import Role
from cms.desk import urls
from courses.models import Enrolment
from tests.factories.courses import make_enrolment
from tests.factories.desk import Desk, at_the_desk, give_staff_their_rights, make_desk
from tests.factories.people import make_person
from tests.factories.shifts import make_mentor

pytestmark = pytest.mark.django_db
KEPT_FROM_EDITORS = {
    Enrolment, CertificationRequest, Certificate, Shift, Mentor, MentorApplication, MentorInvitation, Mentorship, CheckIn,
    RegisterEntry, RegisterMessage, Watch, EvidenceDocument, Recommendation, RecommendationRequest, Allowance, RulesMove,
    Case, Complaint, Decision, RevocationProposal,
    CreditEntry, Renewal, RenewalReminder,
}  # fmt: skip
SECRETS = (
    "Let Off", "No set near",
    "Asker", "Holder", "Payer", "Signer", "Scholar", "Delphine Applied", "Twelve years", "invited@example.org",
    "Low Tide", "Ask before the door", "We wrapped together", "They were there",
    "Listed", "Unkind", "wrap party", "not about work",
    "Shower", "Even Keel",
    "Doubted", "Said by a stranger",
    "Renewer", "seminar in Leeds",
)  # fmt: skip


@pytest.fixture(autouse=True)
def staff_have_their_rights(db):
    give_staff_their_rights()


def addresses(desk: Desk) -> dict[str, str]:
    """Every address of the desk, by name, each about something that is there."""
    keys = {
        "request_id": desk.asked.pk,
        "certificate_id": desk.certificate.pk,
        "paper_id": desk.invoice.pk,
        "order_id": desk.order.pk,
        "concern_id": desk.concern.pk,
        "plan_id": desk.plan.pk,
        "intake_id": desk.intake.pk,
        "programme_id": desk.order.programme_id,
        "coupon_id": desk.coupon.pk,
        "fund_id": desk.fund.pk,
        "scholarship_id": desk.scholarship.pk,
        "mentor_id": desk.mentor.pk,
        "application_id": desk.application.pk,
        "enrolment_id": desk.enrolment.pk,
        "shift_id": desk.shift.pk,
        "dispute_id": desk.dispute.pk,
        "audit_id": desk.audit.pk,
        "session_id": desk.session.pk,
        "attendance_id": desk.attendance.pk,
        "attestation_id": desk.attestation.pk,
        "place": 1,
        "entry_id": desk.entry.pk,
        "message_id": desk.message.pk,
        "document_id": desk.document.pk,
        "name_request_id": desk.name_request.pk,
        "renewal_id": desk.renewal.pk,
        "credit_id": desk.credit.pk,
        "slug": "mentorship",
        "design_id": desk.design.design_id,
        "number": desk.design.number,
        "draft_id": desk.draft.pk,
        "line_id": desk.draft.lines.order_by("position")[0].pk,
        "set_id": desk.draft.based_on_id,
        "kind": "quizzes",
        "allowance_id": desk.allowance.pk,
        "case_id": desk.case.pk,
        "proposal_id": desk.proposal.pk,
        "flag": Flag.SHIFT.value,
    }
    found = {"cms_desk": reverse("cms_desk")}
    for page in urls.pages:
        wanted = {name: keys[name] for name in page.pattern.converters}
        found[page.name] = reverse(f"desk:{page.name}", kwargs=wanted)
    return found


def test_every_page_opens_for_a_registrar_and_shows_no_title_and_no_note(client):
    desk = make_desk()
    at_the_desk(client)

    for name, address in addresses(desk).items():
        response = client.get(address)

        assert response.status_code in {200, 302}, name  # 302: reinstating what is not suspended
        said = response.getvalue().decode(errors="replace")  # proofs are pictures
        assert "Low Tide" not in said, name
        assert "Ask before the door" not in said, name


@pytest.mark.parametrize("who", ["editor", "mentor", "learner", "nobody in particular"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_to_others_no_page_of_the_desk_is_there(client, who, method):
    desk = make_desk()
    person = {
        "editor": lambda: make_person("Mina", roles=(Role.EDITOR,)),
        "mentor": lambda: make_mentor("Tomasz").person,
        "learner": lambda: make_enrolment().learner,
        "nobody in particular": lambda: make_person("Jonah"),
    }[who]()
    client.force_login(person)

    for name, address in addresses(desk).items():
        response = getattr(client, method)(address, {"sure": "yes", "reason": "EVIDENCE"} if method == "post" else None)

        assert response.status_code == 404 or (method == "post" and response.status_code == 405), name
        assert not [word for word in SECRETS if word in response.content.decode()], name
    desk.asked.refresh_from_db()
    desk.certificate.refresh_from_db()
    assert desk.asked.answered_at is None
    assert desk.certificate.revoked_at is None
    desk.allowance.refresh_from_db()
    desk.draft.refresh_from_db()
    assert (desk.allowance.withdrawn_at, desk.draft.closed_at, desk.draft.lines.count()) == (None, None, 2)


def test_somebody_not_signed_in_is_asked_to_sign_in(client):
    desk = make_desk()

    for name, address in addresses(desk).items():
        response = client.get(address)

        assert response.status_code == 302, name
        assert response.url.startswith("/accounts/login/"), name


def test_the_holder_of_a_certificate_finds_no_desk_about_it(client):
    desk = make_desk()
    client.force_login(desk.certificate.holder)

    response = client.get(reverse("desk:certificate_detail", args=[desk.certificate.pk]))

    assert response.status_code == 404


def test_the_admin_itself_is_not_there_for_who_has_no_business_in_it(client):
    client.force_login(make_person("Jonah"))

    assert client.get("/admin/").status_code == 404
    assert client.get("/admin/login/?next=/admin/").status_code == 404


@pytest.mark.parametrize(("roles", "shown"), [((Role.REGISTRAR,), True), ((Role.EDITOR,), False)])
def test_the_menu_shows_the_desk_to_registrars_only(roles, shown):
    request = RequestFactory().get("/admin/")
    request.user = make_person("Staff", roles=roles)

    names = [item.name for item in admin_menu.menu_items_for_request(request)]

    assert ("desk" in names) is shown


def test_the_menu_shows_no_desk_to_a_visitor():
    request = RequestFactory().get("/admin/")
    request.user = AnonymousUser()

    assert "desk" not in [item.name for item in admin_menu.menu_items_for_request(request)]


def test_the_first_page_of_the_admin_tells_editors_nothing_of_learners(client):
    make_desk()
    client.force_login(make_person("Mina", roles=(Role.EDITOR,)))

    page = client.get("/admin/").content.decode()

    assert "At the desk" not in page
    assert not [word for word in SECRETS if word in page]


def test_the_first_page_of_the_admin_tells_registrars_what_waits(client):
    make_desk()
    at_the_desk(client)

    page = client.get("/admin/").content.decode()

    assert "At the desk" in page
    assert "Certification requests" in page


def test_the_desk_counts_what_waits(client):
    desk = make_desk()
    at_the_desk(client)

    response = client.get(reverse("cms_desk"))

    assert [(pile.label, pile.count) for pile in response.context["piles"]][:13] == [
        ("Certification requests", 1),
        ("Invoices to be paid", 1),
        ("Money that needs a person", 1),
        ("Mentor applications", 1),
        ("Disputes about days on set", 1),
        ("Days on set that nobody signs", 0),
        ("Reported messages", 1),
        ("Random checks to close", 1),
        ("Documents to look at", 1),
        ("Names to change", 1),
        ("Renewals", 1),
        ("Continuing education to look at", 1),
        ("Open invitations", 1),
    ]
    assert [line.url for line in response.context["lines"]] == [
        reverse("desk:request_detail", args=[desk.asked.pk]),
        reverse("desk:application_detail", args=[desk.application.pk]),
        reverse("desk:document_detail", args=[desk.document.pk]),
        reverse("desk:revocation_detail", args=[desk.proposal.pk]),
        reverse("desk:invoice_detail", args=[desk.invoice.pk]),
    ]


def test_reading_a_learner_is_written_down(client):
    desk = make_desk()
    registrar = at_the_desk(client)

    client.get(reverse("desk:learner_detail", args=[desk.enrolment.pk]))

    [entry] = history.entries_about(Enrolment.objects.get(pk=desk.enrolment.pk).learner).filter(chain__name="audit")
    assert (entry.verb, entry.actor, entry.facts) == ("learner.read", registrar, {"enrolment": desk.enrolment.pk})


def test_where_a_page_is_used_tells_editors_nothing_of_people():
    people_in_it = {model for model in ReferenceIndex.tracked_models if not issubclass(model, Page)}

    assert people_in_it & KEPT_FROM_EDITORS == set()
