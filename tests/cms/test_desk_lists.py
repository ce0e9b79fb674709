"""Do the desk's pages ask the database as often for three rows as for one, and turn their pages?"""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from assessments.agreements import publish_agreement
from assessments.inviting import invite_mentor
from assessments.models import Shift
from cms.desk import frame
from cms.desk.learners import with_progress
from courses.models import Concern, ConcernKind, Coupon, Enrolment, Fund, Intake
from courses.progress import outline_of
from courses.transfers import record_transfer
from tests.factories.cases import make_case, make_proposal
from tests.factories.certificates import make_certificate, make_completion, make_ready, make_request, make_signing_key
from tests.factories.courses import lessons_of, make_enrolment, make_programme
from tests.factories.desk import (
    at_the_desk,
    make_audit,
    make_dispute,
    make_invitation,
    make_invoice,
    make_name_request,
    make_report,
    make_waiver,
    yesterday,
)
from tests.factories.evidence import make_document, make_recommendation
from tests.factories.mentoring import make_application, make_outside_application, make_outside_mentorship
from tests.factories.people import make_person, make_registrar
from tests.factories.renewals import make_asked, make_credit, make_renewable, make_terms
from tests.factories.shifts import days_ago, make_mentor, make_mentorship, make_signed_shift, make_waiting_shift

pytestmark = pytest.mark.django_db
SHOWN = {"issued_on": days_ago(30), "expires_on": None}


def make_a_mentor(number):
    make_mentorship(mentor=make_mentor(at=yesterday()), at=yesterday())
    make_outside_mentorship(at=yesterday())


def make_some_applications(number):
    make_application(at=yesterday())
    make_application(make_mentor(at=yesterday()).person, at=yesterday())
    make_outside_application(at=yesterday())


def make_a_concern(number):
    Concern.objects.create(order=make_invoice().order, kind=ConcernKind.DISPUTE, noticed_at=yesterday())


def make_a_payment(number):
    order = make_invoice().order
    record_transfer(order=order, amount_minor=order.total_minor, by=make_registrar(), at=yesterday())


def make_an_intake(number):
    Intake.objects.create(
        programme=make_programme(),
        name=f"Intake {number}",
        starts_on=timezone.localdate() + timedelta(days=90),
        places=3,
    )


def make_a_coupon(number):
    Coupon.objects.create(code=f"CREW-{number}", percent=10, begins_at=yesterday(), made_by=make_registrar())


def make_an_old_shift(number):
    shift = make_waiting_shift(make_mentorship(at=yesterday()), on=days_ago(5), at=yesterday())
    Shift.objects.filter(pk=shift.pk).update(escalated_at=timezone.now())


MAKERS = {
    "cms_desk": lambda number: (
        make_request(at=yesterday()),
        make_invoice(),
        make_some_applications(number),
        make_case(make_completion(at=yesterday()), at=timezone.now()),
        make_proposal(make_completion(at=yesterday()), at=timezone.now()),
    ),
    "desk:request_list": lambda number: make_request(at=yesterday()),
    "desk:certificate_list": lambda number: make_certificate(at=yesterday()),
    "desk:invoice_list": lambda number: make_invoice(),
    "desk:order_list": lambda number: make_invoice(),
    "desk:concern_list": make_a_concern,
    "desk:ledger": make_a_payment,
    "desk:plan_list": lambda number: make_invoice(),
    "desk:intake_list": make_an_intake,
    "desk:rule_list": lambda number: make_invoice(),
    "desk:coupon_list": make_a_coupon,
    "desk:fund_list": lambda number: Fund.objects.create(name=f"Fund {number}", amount_minor=100),
    "desk:invitation_list": lambda number: make_invitation(email=f"{number}@example.org"),
    "desk:mentor_list": make_a_mentor,
    "desk:application_list": make_some_applications,
    "desk:mentor_invitation_list": lambda number: invite_mentor(
        email=f"{number}@example.org", by=make_registrar(), at=yesterday()
    ),
    "desk:document_list": lambda number: make_document(at=yesterday(), **SHOWN),
    "desk:agreement_list": lambda number: publish_agreement(
        slug=f"code-{number}", title="Code", text="Ask.", at=yesterday()
    ),
    "desk:learner_list": lambda number: make_ready(at=yesterday()),
    "desk:shadowing": lambda number: make_signed_shift(on=days_ago(5), at=yesterday()),
    "desk:mentor_load_list": make_an_old_shift,
    "desk:shadow_shift_list": make_an_old_shift,
    "desk:shadow_dispute_list": lambda number: make_dispute(),
    "desk:audit_list": lambda number: make_audit(),
    "desk:name_list": lambda number: make_name_request(),
    "desk:register_list": lambda number: make_report(),
    "desk:register_report_list": lambda number: make_report(),
    "desk:requirement_programme_list": lambda number: make_waiver(at=yesterday()),
    "desk:case_list": lambda number: make_case(make_completion(at=yesterday()), at=timezone.now()),
    "desk:revocation_list": lambda number: make_proposal(make_completion(at=yesterday()), at=timezone.now()),
    "desk:renewal_list": lambda number: make_asked(at=yesterday()),
    "desk:credit_list": lambda number: make_credit(make_renewable(now=yesterday()), accepted=False, at=yesterday()),
    "desk:renewal_terms_list": lambda number: make_terms(make_programme()),
}
# Wagtail's frame takes nine: session, person, roles and rights of the person, profile, and what its menu shows.
QUERIES = {
    "cms_desk": 35,
    "desk:request_list": 11,
    "desk:certificate_list": 11,
    "desk:invoice_list": 11,
    "desk:order_list": 16,
    "desk:concern_list": 11,
    "desk:ledger": 14,
    "desk:plan_list": 12,
    "desk:intake_list": 12,
    "desk:rule_list": 12,
    "desk:coupon_list": 11,
    "desk:fund_list": 11,
    "desk:invitation_list": 11,
    "desk:mentor_list": 11,
    "desk:application_list": 11,
    "desk:mentor_invitation_list": 11,
    "desk:learner_list": 12,
    "desk:shadowing": 15,
    "desk:mentor_load_list": 12,
    "desk:shadow_shift_list": 11,
    "desk:shadow_dispute_list": 11,
    "desk:audit_list": 11,
    "desk:name_list": 11,
    "desk:register_list": 11,
    "desk:register_report_list": 11,
    "desk:document_list": 11,
    "desk:agreement_list": 11,
    "desk:requirement_programme_list": 11,
    "desk:case_list": 11,
    "desk:revocation_list": 11,
    "desk:renewal_list": 11,
    "desk:credit_list": 11,
    "desk:renewal_terms_list": 11,
}


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("name", QUERIES)
def test_a_list_asks_as_often_for_three_rows_as_for_one(client, django_assert_num_queries, name, rows):
    make_signing_key()
    for number in range(rows):
        MAKERS[name](number)
    at_the_desk(client)

    with django_assert_num_queries(QUERIES[name]):
        response = client.get(reverse(name))

    assert response.status_code == 200


@pytest.mark.parametrize("days", [1, 3])
@pytest.mark.parametrize(("name", "queries"), [("desk:request_detail", 24), ("desk:learner_detail", 35)])
def test_evidence_asks_as_often_for_three_days_as_for_one(client, django_assert_num_queries, name, queries, days):
    asked = make_request(at=yesterday(), lessons=days)
    mentorship = make_mentorship(enrolment=asked.enrolment, at=yesterday() - timedelta(days=20))
    for number in range(days):
        make_signed_shift(mentorship, on=days_ago(5 + number), at=yesterday())
        make_document(asked.enrolment.learner, at=yesterday(), **SHOWN)
        make_recommendation(mentorship, words_to_learner=f"Word {number}.", at=yesterday())
    at_the_desk(client)
    key = asked.pk if name == "desk:request_detail" else asked.enrolment_id

    with django_assert_num_queries(queries):
        response = client.get(reverse(name, args=[key]))

    assert response.context["evidence"].totals.signed.days == days


def test_a_long_list_has_pages(client, monkeypatch):
    monkeypatch.setattr(frame, "PER_PAGE", 2)
    for number in range(3):
        make_invitation(email=f"{number}@example.org", at=timezone.now() - timedelta(hours=number))
    at_the_desk(client)

    first = client.get(reverse("desk:invitation_list"))
    second = client.get(reverse("desk:invitation_list"), {"p": 2})
    beyond = client.get(reverse("desk:invitation_list"), {"p": "nonsense", "state": "nonsense"})

    assert "Page 1 of 2" in first.content.decode()
    assert [row.email for row in second.context["page_obj"].object_list] == ["2@example.org"]
    assert beyond.status_code == 200


def test_units_are_counted_as_the_learners_own_outline_counts_them():
    programme = make_programme(modules=2, lessons=2)
    enrolment = make_ready(programme=programme, at=yesterday())
    lessons = lessons_of(programme)
    lessons[0].unpublish()
    lessons[2].get_parent().specific.unpublish()
    make_enrolment(programme=make_programme(modules=1, lessons=5))

    counted = with_progress(Enrolment.objects.all()).get(pk=enrolment.pk)

    outline = outline_of(programme=programme, enrolment=enrolment)
    assert (counted.done, counted.total) == (outline.done, outline.total) == (1, 1)


def test_learners_are_found_by_programme_name_and_address(client):
    first = make_enrolment(learner=make_person("Wren Adeyemi", email="wren@example.org"), at=yesterday())
    second = make_enrolment(learner=make_person("Priya"), at=yesterday())
    at_the_desk(client)

    def found(**asked):
        return list(client.get(reverse("desk:learner_list"), asked).context["page_obj"].object_list)

    assert found(q="adeyemi") == [first]
    assert found(q="wren@example") == [first]
    assert found(programme=second.programme_id) == [second]
    assert found(q="nobody") == []
