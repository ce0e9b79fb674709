import pytest
from django.contrib.auth.models import AnonymousUser
from django.db.models import F
from django.urls import reverse

from courses.catalogue import programme_context, way_onto
from courses.models import Access, ContentNote, Intake, PlanKind, PricePlan, ProgrammePage
from courses.progress import complete_unit
from tests.courses.buying import a_plan, order_of
from tests.factories.courses import lessons_of, make_enrolment, make_programme
from tests.factories.people import NOON, make_person

PRICED = {"access": Access.FEE}
FREE = {"access": Access.FREE}
INVITED = {"access": Access.INVITATION}


def make_priced(*totals_minor: int, **fields: object) -> ProgrammePage:
    """A programme for a fee, by transfer, with a plan for each of the totals."""
    programme = make_programme(**PRICED, **fields)
    for total in totals_minor or (340_000,):
        a_plan(PlanKind.INVOICE, programme=programme, total_minor=total)
    return programme


def page_of(client, programme):
    return client.get(programme.get_url()).content.decode()


# The way onto it -----------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "signed_in", "enrolled", "ordered", "way"),
    [
        (FREE, False, False, False, "stranger"),
        (PRICED, False, False, False, "stranger"),
        (INVITED, False, False, False, "invitation"),
        (FREE, True, False, False, "free"),
        (PRICED, True, False, False, "fee"),
        (INVITED, True, False, False, "invitation"),
        (PRICED, True, False, True, "waiting"),
        (INVITED, True, False, True, "waiting"),  # ordered when it was still offered
        (PRICED, True, True, True, "enrolled"),
        (INVITED, True, True, False, "enrolled"),
    ],
)
def test_the_way_onto_a_programme(fields, signed_in, enrolled, ordered, way):
    person = make_person() if signed_in else AnonymousUser()

    assert way_onto(ProgrammePage(**fields), person, enrolled=enrolled, ordered=ordered) == way


@pytest.mark.django_db
def test_a_visitor_is_asked_to_sign_up_and_comes_back(client):
    programme = make_priced(340_000)

    page = page_of(client, programme)

    assert f'href="{reverse("account_signup")}?next={programme.get_url()}">Sign up to enrol</a>' in page
    assert f'href="{reverse("account_login")}?next={programme.get_url()}">Sign in</a>' in page
    assert "The fee: £3,400." in page


@pytest.mark.django_db
def test_somebody_signed_in_has_one_button_onto_a_free_programme(client):
    programme = make_programme(**FREE)
    client.force_login(make_person())

    page = page_of(client, programme)

    assert f'<form method="post" action="{reverse("courses:enrol", args=[programme.slug])}">' in page
    assert page.count("button-main") == 1
    assert "Enrol now" in page


@pytest.mark.django_db
def test_somebody_signed_in_is_led_to_the_ways_to_pay(client):
    programme = make_priced()
    client.force_login(make_person())

    page = page_of(client, programme)

    assert f'href="{reverse("courses:enrol", args=[programme.slug])}">Choose how to pay</a>' in page
    assert page.count("button-main") == 1


@pytest.mark.django_db
def test_a_programme_without_a_plan_says_that_it_cannot_be_ordered(client):
    programme = make_programme(**PRICED)
    client.force_login(make_person())

    page = page_of(client, programme)

    assert "This programme cannot be ordered here at present." in page
    assert "button-main" not in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("totals", "fee"), [([340_000], "£3,400"), ([340_000, 340_000], "£3,400"), ([360_000, 340_000], "from £3,400")]
)
def test_the_fee_is_the_lowest_of_what_is_offered(totals, fee):
    programme = make_priced(*totals)

    assert programme_context(programme, AnonymousUser())["fee"] == fee


@pytest.mark.django_db
def test_plans_that_are_closed_or_not_payable_here_are_no_fee():
    programme = make_priced(340_000)
    a_plan(PlanKind.ONCE, programme=programme, total_minor=100_00)
    closed = a_plan(PlanKind.INVOICE, programme=programme, total_minor=200_00)
    PricePlan.objects.filter(pk=closed.pk).update(closed_at=F("opened_at"))

    assert programme_context(programme, AnonymousUser())["fee"] == "£3,400"


@pytest.mark.django_db
def test_a_programme_by_invitation_says_so(client):
    page = page_of(client, make_programme(**INVITED))

    assert "Places on this programme are offered by invitation." in page
    assert "button-main" not in page


@pytest.mark.django_db
def test_who_waits_sees_their_own_order_and_nobody_elses(client):
    programme = make_priced()
    waiting, other = make_person(), make_person()
    theirs = order_of(programme.plans.get(), buyer=other)
    mine = order_of(programme.plans.get(), buyer=waiting)
    client.force_login(waiting)

    page = page_of(client, programme)

    assert f'href="{reverse("courses:order", args=[mine.reference])}">See your order</a>' in page
    assert theirs.reference not in page


@pytest.mark.django_db
def test_a_learner_goes_on_where_they_left(client):
    enrolment = make_enrolment(programme=make_programme(lessons=2))
    first, second = lessons_of(enrolment.programme)
    complete_unit(enrolment=enrolment, unit=first, event="READING", at=NOON)
    client.force_login(enrolment.learner)

    page = page_of(client, enrolment.programme)

    assert f'href="{second.get_url()}">Go on</a>' in page
    assert "Next: Module 1, unit 2, “Lesson 2”." in page
    assert "1 of 2 units done" in page


@pytest.mark.django_db
def test_a_new_learner_begins(client):
    enrolment = make_enrolment()
    client.force_login(enrolment.learner)

    assert f'href="{lessons_of(enrolment.programme)[0].get_url()}">Begin</a>' in page_of(client, enrolment.programme)


@pytest.mark.django_db
def test_who_has_read_everything_is_led_to_their_own_page(client):
    enrolment = make_enrolment()
    [lesson] = lessons_of(enrolment.programme)
    complete_unit(enrolment=enrolment, unit=lesson, event="READING", at=NOON)
    client.force_login(enrolment.learner)

    assert "Every unit is done." in page_of(client, enrolment.programme)


# What it says --------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_outsiders_see_the_titles_of_units_and_no_links_to_them(client):
    programme = make_programme(lessons=1)
    [lesson] = lessons_of(programme)

    page = page_of(client, programme)

    assert "<span>Lesson 1</span>" in page
    assert lesson.get_url() not in page
    assert "Ask alone." not in page
    assert "Lesson, 30 min" in page


@pytest.mark.django_db
def test_a_learner_has_links_to_open_units_only(client):
    enrolment = make_enrolment(programme=make_programme(lessons=2))
    first, second = lessons_of(enrolment.programme)
    client.force_login(enrolment.learner)

    page = page_of(client, enrolment.programme)

    assert f'<a href="{first.get_url()}">Lesson 1</a>' in page
    assert second.get_url() not in page


@pytest.mark.django_db
def test_content_notes_are_named_before_one_enrols(client):
    programme = make_programme(lessons=1)
    [lesson] = lessons_of(programme)
    lesson.content_notes = [ContentNote.objects.create(slug="grief", label="Grief, discussed")]
    lesson.save()

    assert '<li class="tag">Grief, discussed</li>' in page_of(client, programme)


@pytest.mark.django_db
def test_the_page_says_what_the_paper_is_and_is_not(client):
    programme = make_programme(
        outcomes=[("sentence", "Run a closed set.")],
        assessment="<p>By a quiz.</p>",
        costs=[("cost", {"what": "Renewal", "amount": "£95"})],
        certifies=[("sentence", "You did the work.")],
        does_not=[("sentence", "License you.")],
    )

    page = page_of(client, programme)

    for words in ("Run a closed set.", "By a quiz.", "Renewal", "£95", "You did the work.", "License you."):
        assert words in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "facts"),
    [
        (
            {"valid_years": 3, "kind": "certification"},
            ["Certification", "3 years", "2", "6", "20 hours", "£3,400"],
        ),
        (
            {"valid_years": None, "kind": "completion"},
            ["Certificate of completion", "No end date", "2", "6", "20 hours", "None"],
        ),
    ],
)
def test_the_facts_of_a_programme(fields, facts):
    make = make_priced if facts[-1] != "None" else make_programme
    programme = make(modules=2, lessons=3, **fields)

    context = programme_context(programme, make_person())

    assert [answer for _label, answer in context["facts"]] == facts


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3])
def test_programme_query_count_for_a_visitor(client, count, django_assert_num_queries):
    programme = make_programme(modules=count, lessons=count)
    page_of(client, programme)  # sites and kinds of pages are known

    # site, home, catalogue (2), programme (2); who may see the page (2); units, modules, content notes; the academy;
    # the rules
    with django_assert_num_queries(13):
        page_of(client, programme)


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3])
def test_programme_query_count_for_a_learner(client, count, django_assert_num_queries):
    enrolment = make_enrolment(programme=make_programme(modules=count, lessons=count))
    client.force_login(enrolment.learner)
    page_of(client, enrolment.programme)

    # as for a visitor, and: session, person, enrolment, what is late, what is done, the menu (3)
    with django_assert_num_queries(21):
        page_of(client, enrolment.programme)


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3])
def test_the_catalogue_names_every_fee_in_one_query(client, count, django_assert_num_queries):
    programmes = [make_priced(10_000 * place, 90_000) for place in range(1, count + 1)]
    address = programmes[0].get_parent().get_url()
    client.get(address)  # sites and kinds of pages are known

    # site, home, catalogue (2), who may see the page (2); programmes, their plans; the academy
    with django_assert_num_queries(9):
        page = client.get(address).content.decode()

    for place in range(1, count + 1):
        assert f"<b>from £{100 * place}</b>" in page


@pytest.mark.django_db
def test_a_stranger_reads_prices_ways_to_pay_and_intakes_before_making_an_account(client):
    programme = make_priced(340_000)
    Intake.objects.create(programme=programme, name="Spring 2099", starts_on="2099-03-01", places=2)

    page = page_of(client, programme)

    for words in ("£3,400", "You get an invoice and pay it by bank transfer", "Spring 2099", "2 places left"):
        assert words in page
    assert "The lessons open as soon as you are on the programme." in page


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3])
def test_ways_to_pay_cost_a_stranger_the_same_for_few_and_for_many(client, count, django_assert_num_queries):
    programme = make_priced(*[340_000 + number for number in range(count)])
    for number in range(count):
        Intake.objects.create(programme=programme, name=f"Intake {number}", starts_on="2099-03-01", places=2)
    page_of(client, programme)  # sites and kinds of pages are known

    # as for a programme that is free, and: its fee, plans (2), intakes (3), refund rules, hours of cooling off
    with django_assert_num_queries(21):
        page_of(client, programme)
