"""What do the pages of the register and of watches show, to whom, and what do they keep to themselves?"""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from assessments.models import Region
from certificates import register_views
from certificates.editions import new_edition
from certificates.issuing import replace_certificate
from certificates.models import (
    Certificate,
    EditionReason,
    Facet,
    Language,
    RegisterBlock,
    RegisterEntry,
    RegisterMessage,
    Status,
    Watch,
)
from certificates.registering import leave_register, remove_entry
from certificates.relay import confirm_token, report_message
from certificates.status import suspend_certificate
from cms.accounts.throttle import MISSES
from courses.organisations import organisation_of
from tests.factories.certificates import make_certificate, make_certificate_that_is, make_completion
from tests.factories.people import make_person, make_registrar
from tests.factories.register import make_entry, make_message, make_watch

pytestmark = pytest.mark.django_db
NOW = timezone.now()
DAY = timedelta(days=1)
REGISTER = "/register/"
OWN = "/certificates/register/"
MESSAGES = "/certificates/register/messages/"
WATCHES = "/certificates/watches/"


def certificate(**made: object) -> Certificate:
    return make_certificate(at=NOW - 2 * DAY, **made)


def entry(**changes: object) -> RegisterEntry:
    name = changes.pop("name", "Ana Núñez")
    return make_entry(certificate(name=name), at=NOW - DAY, **changes)


def page_of(which: RegisterEntry) -> str:
    return reverse("certificates:register_entry", args=[which.slug])


# The public list --------------------------------------------------------------------------------------------


def test_the_list_names_who_joined_and_marks_whose_word_is_whose(client):
    listed = entry(marks={Facet.LANGUAGE: (Language.BFI,)})
    certificate(name="Never Joined")

    page = client.get(REGISTER).text

    assert "Ana Núñez" in page
    assert "Verified:" in page
    assert "British Sign Language" in page
    assert "Says of themselves" in page
    assert "Never Joined" not in page
    assert listed.holder.email not in page


def test_an_empty_register_says_so_and_may_be_found(client):
    answer = client.get(REGISTER)

    assert "Nobody is listed yet" in answer.text
    assert "noindex" not in answer.text


def test_a_search_that_finds_nobody_keeps_what_was_looked_for(client):
    entry()

    page = client.get(REGISTER, {"region": Region.ASIA, "medium": "anything"})

    assert page.status_code == 200
    assert "Nobody here says all of that" in page.text
    assert '<option value="ASIA" selected>' in page.text


@pytest.mark.parametrize("agreed", [True, False])
def test_the_list_is_for_search_engines_only_where_everybody_on_it_agreed(client, agreed):
    entry(may_be_indexed=True)
    entry(may_be_indexed=agreed)

    answer, searched = client.get(REGISTER), client.get(REGISTER, {"region": Region.UK_IRELAND})

    assert (answer.get("X-Robots-Tag") == "noindex", 'content="noindex"' in answer.text) == (not agreed, not agreed)
    assert (searched["X-Robots-Tag"], 'content="noindex"' in searched.text) == ("noindex", True)
    assert "no-store" in answer["Cache-Control"]


def test_the_list_has_pages_that_keep_the_search(client, monkeypatch):
    monkeypatch.setattr(register_views, "PER_PAGE", 1)
    names = {"Una", "Theo", "Ida"}
    for name in names:
        entry(name=name)

    pages = [client.get(REGISTER, {"region": "UK_IRELAND", "page": number}).text for number in (1, 2, 3)]

    assert [sum(name in page for name in names) for page in pages] == [1, 1, 1]
    assert "?region=UK_IRELAND&amp;page=2" in pages[0]
    assert {name for name in names for page in pages if name in page} == names


@pytest.mark.parametrize("people", [1, 3])
def test_the_list_costs_the_same_for_one_as_for_three(client, django_assert_num_queries, people):
    for _each in range(people):
        entry()
    client.get(REGISTER)

    with django_assert_num_queries(4):  # how many, entries, marks; the academy
        client.get(REGISTER, {"region": Region.UK_IRELAND})


# A holder's page --------------------------------------------------------------------------------------------


def test_a_page_says_what_is_verified_and_what_is_not(client):
    listed = entry(about="I come early.", may_be_indexed=True)

    answer = client.get(page_of(listed))

    for words in ("Ana Núñez", "Verified", "Self-declared", "I come early.", listed.certificate.number, "1 module"):
        assert words in answer.text
    assert (re.search("<title>(.*?)</title>", answer.text)[1], answer.get("X-Robots-Tag")) == (
        "On the register, Closed Set Academy",
        None,
    )
    assert listed.holder.email not in answer.text


def test_a_page_is_hidden_from_search_engines_unless_its_holder_agreed(client):
    answer = client.get(page_of(entry()))

    assert answer["X-Robots-Tag"] == "noindex"
    assert '<meta name="robots" content="noindex">' in answer.text


@pytest.mark.parametrize("why", ["left", "suspended", "renamed", "withdrawn name", "removed", "altered"])
def test_a_page_is_gone_with_the_next_request(client, why):
    listed = entry()
    write = reverse("certificates:register_write", args=[listed.slug])
    registrar = make_registrar()
    assert client.get(page_of(listed)).status_code == 200

    if why == "left":
        leave_register(holder=listed.holder, at=NOW)
    elif why == "suspended":
        suspend_certificate(certificate=listed.certificate, reason="Looked into", by=registrar, at=NOW)
    elif why == "renamed":
        replace_certificate(certificate=listed.certificate, holder_name="Ana Prosser", by=registrar, at=NOW)
    elif why == "withdrawn name":
        new_edition(
            certificate=listed.certificate, because=EditionReason.CONSENT, by=listed.holder, at=NOW, shows_name=False
        )
    elif why == "removed":
        remove_entry(entry=listed, reason="A reason", by=registrar, at=NOW)
    else:
        Certificate.objects.filter(pk=listed.certificate_id).update(holder_name="Somebody Else")

    assert (client.get(page_of(listed)).status_code, client.get(write).status_code) == (404, 404)
    if why != "altered":
        assert "Núñez" not in client.get(REGISTER).text


def test_an_address_that_was_never_given_is_not_there(client):
    assert client.get("/register/nobody/").status_code == 404
    assert client.get("/register/nobody/write/").status_code == 404


# Joining ----------------------------------------------------------------------------------------------------


def typed(which: Certificate, **changes: object) -> dict[str, object]:
    said = {
        "certificate": which.pk,
        "regions": ["UK_IRELAND"],
        "languages": ["en", "bfi"],
        "about": "I come early.",
        "availability": "",
        "takes_messages": "on",
        "agreed": "on",
    }
    return {name: value for name, value in (said | changes).items() if value is not None}


def test_joining_explains_previews_and_then_lists(client):
    held = certificate()
    client.force_login(held.holder)

    assert "What is shown" in client.get(OWN).text
    preview = client.post(OWN, typed(held, preview="yes", agreed=None))
    assert preview.status_code == 200
    assert "What the public would see" in preview.text
    assert "British Sign Language" in preview.text
    assert RegisterEntry.objects.count() == 0

    joined = client.post(OWN, typed(held))
    assert (joined.status_code, joined.url) == (302, OWN)
    assert "You are on the register" in client.get(OWN).text
    assert "Ana Núñez" in client.get(REGISTER).text


def test_the_preview_is_what_the_public_page_shows(client):
    held = certificate()
    client.force_login(held.holder)
    shown = client.post(OWN, typed(held, preview="yes")).context["preview"]

    client.post(OWN, typed(held))
    client.logout()
    public = client.get(page_of(RegisterEntry.objects.get())).context["shown"]

    for name in ("name", "title", "kind", "number", "since", "until", "basis", "declared", "about", "availability"):
        assert getattr(shown, name) == getattr(public, name)


def test_nobody_is_listed_without_agreeing(client):
    held = certificate()
    client.force_login(held.holder)

    answer = client.post(OWN, typed(held, agreed=None))

    assert answer.status_code == 422
    assert "without agreeing" in answer.text
    assert RegisterEntry.objects.count() == 0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"about": "Write to ana@example.org"}, "through the register"),
        ({"about": "I have worked with Sarah Connor and others."}, "named"),
        ({"availability": "LATER"}, "which day"),
        ({"regions": ["MOON"]}, "MOON"),
        ({"certificate": "999999"}, "999999"),
    ],
)
def test_a_refused_entry_keeps_what_was_typed_and_says_why(client, changes, words):
    held = certificate()
    client.force_login(held.holder)

    answer = client.post(OWN, typed(held, **changes))

    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="bfi"' in answer.text
    assert RegisterEntry.objects.count() == 0


def test_somebody_elses_certificate_cannot_be_chosen(client):
    held, other = certificate(), certificate(name="Another")
    client.force_login(held.holder)

    assert client.post(OWN, typed(other)).status_code == 422
    assert RegisterEntry.objects.count() == 0


def test_leaving_is_one_button_and_at_once(client):
    listed = entry()
    client.force_login(listed.holder)

    answer = client.post(OWN + "leave/")

    assert (answer.status_code, answer.url) == (302, OWN)
    assert "Ana Núñez" not in client.get(REGISTER).text
    assert "Leave the register now" not in client.get(OWN).text


def test_who_holds_nothing_that_stands_is_told_so(client):
    client.force_login(make_person())

    assert "It begins with a certificate" in client.get(OWN).text


def test_who_was_removed_reads_why_and_cannot_join(client):
    listed = entry()
    remove_entry(entry=listed, reason="It names a performer.", by=make_registrar(), at=NOW)
    client.force_login(listed.holder)

    page = client.get(OWN)

    assert "It names a performer." in page.text
    assert "Put me on the register" not in page.text
    assert client.post(OWN, typed(listed.certificate)).status_code == 422


def test_who_is_not_shown_is_told_and_may_leave(client):
    listed = entry()
    suspend_certificate(certificate=listed.certificate, reason="Looked into", by=make_registrar(), at=NOW)
    client.force_login(listed.holder)

    page = client.get(OWN).text

    assert "You are not shown just now" in page
    assert "Leave the register now" in page


# Writing ----------------------------------------------------------------------------------------------------


MESSAGE = {"name": "Jonah", "email": "jonah@example.org", "company": "", "text": "Are you free in May?"}


def write(client, to: RegisterEntry, **changes: str):
    return client.post(reverse("certificates:register_write", args=[to.slug]), MESSAGE | changes)


def test_a_message_is_written_confirmed_read_and_answered(client, mailoutbox, django_capture_on_commit_callbacks):
    listed = entry()

    with django_capture_on_commit_callbacks(execute=True):
        assert write(client, listed).url == page_of(listed)
    link = re.search(r"http://localhost:8000(/register/confirm/\S+)", mailoutbox[0].body)[1]
    assert "Send your message?" in client.get(link).text
    assert RegisterMessage.objects.get().confirmed_at is None  # a mail scanner follows links
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(link).url == link
    assert "Your message is with the register" in client.get(link).text
    assert client.get(link)["X-Robots-Tag"] == "noindex"

    client.force_login(listed.holder)
    inside = re.search(r"http://localhost:8000(/certificates/register/messages/\S+)", mailoutbox[1].body)[1]
    assert "Are you free in May?" in client.get(inside).text
    assert "jonah@example.org" not in client.get(inside).text
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(inside, {"text": "From the third."}).status_code == 302
    assert mailoutbox[2].to == ["jonah@example.org"]
    assert "You answered on" in client.get(inside).text


@pytest.mark.parametrize(
    "changes", [{"email": "nonsense"}, {"text": ""}, {"name": "x" * 81}, {"email": "a@b.c\nBcc: d@e.f"}]
)
def test_a_refused_message_keeps_what_was_typed(client, changes):
    answer = write(client, entry(), **changes)

    assert answer.status_code == 422
    assert RegisterMessage.objects.count() == 0
    assert "Jonah" in answer.text or "name" in changes


def test_an_address_writes_a_few_messages_an_hour(client):
    listed = [entry() for _each in range(2)]

    answers = [
        write(client, listed[place % 2], email=f"{place}@example.org", text=f"Message {place}").status_code
        for place in range(register_views.AN_HOUR + 1)
    ]

    assert answers == [302] * register_views.AN_HOUR + [429]
    assert RegisterMessage.objects.count() == register_views.AN_HOUR


def test_without_a_cache_messages_are_taken_and_the_database_still_counts(client, monkeypatch):
    for name in ("add", "incr"):  # how the cache answers while it is down
        monkeypatch.setattr(cache, name, lambda *args, **kwargs: None)
    listed = [entry() for _each in range(4)]

    answers = [write(client, each).status_code for each in listed]

    assert answers == [302, 302, 302, 422]


def test_links_that_open_nothing_are_not_told_apart_and_guessing_is_slowed(client):
    message = make_message(entry(), confirmed=False, at=NOW)
    link = reverse("certificates:register_confirm", args=[confirm_token(message)[:-1]])

    assert client.get(link).status_code == 404
    answers = [client.get(f"/register/confirm/{place}/").status_code for place in range(MISSES)]
    assert answers[-1] == 429
    assert client.get(reverse("certificates:register_confirm", args=[confirm_token(message)])).status_code == 200


def test_messages_are_their_holders_only(client):
    message = make_message(entry(), at=NOW)
    waiting = make_message(entry(), confirmed=False, at=NOW)
    addresses = [
        reverse(f"certificates:{name}", args=[message.public_id])
        for name in ("register_message", "register_report", "register_block")
    ]

    for person in (make_person("Stranger"), make_registrar()):
        client.force_login(person)
        assert {client.post(address, {"text": "Yes", "report": "No"}).status_code for address in addresses} == {404}
        assert client.get(addresses[0]).status_code == 404
        assert "Jonah" not in client.get(MESSAGES).text
    client.force_login(waiting.entry.holder)
    assert client.get(reverse("certificates:register_message", args=[waiting.public_id])).status_code == 404
    message.refresh_from_db()
    assert (message.answered_at, message.reported_at, RegisterBlock.objects.count()) == (None, None, 0)


def test_a_holder_blocks_reports_and_lets_back(client):
    message = make_message(entry(), at=NOW)
    client.force_login(message.entry.holder)
    here = reverse("certificates:register_message", args=[message.public_id])

    client.post(here + "block/")
    assert "Nothing more from this address reaches you" in client.get(here).text
    assert client.post(here + "report/", {"report": ""}).status_code == 422
    client.post(here + "report/", {"report": "It was not about work."})
    assert "Reported to the registrar" in client.get(here).text
    block = RegisterBlock.objects.get()
    lift = reverse("certificates:register_unblock", args=[block.pk])
    client.force_login(make_person("Stranger"))
    assert client.post(lift).status_code == 404
    client.force_login(message.entry.holder)
    client.post(lift)

    assert RegisterBlock.objects.count() == 0


@pytest.mark.parametrize("number", [1, 3])
def test_the_messages_cost_the_same_for_one_as_for_three(client, django_assert_num_queries, number):
    listed = entry()
    for place in range(number):
        make_message(listed, email=f"{place}@example.org", at=NOW)
    client.force_login(listed.holder)
    client.get(MESSAGES)

    with django_assert_num_queries(MESSAGE_QUERIES):
        client.get(MESSAGES)


MESSAGE_QUERIES = 9  # session, person; messages, blocks, settings; academy, menu and two for the rights


# Watches ----------------------------------------------------------------------------------------------------


def test_an_answer_leads_to_a_watch(client):
    held = certificate()
    watch = reverse("certificates:watch_new", args=[held.number])

    assert watch in client.get(reverse("certificates:verify_number", args=[held.number])).text
    assert client.get(watch).url.startswith("/accounts/login/")

    person = make_person("Jonah")
    organisation_of(owner=person, name="Lantern Row", address="Leeds", at=NOW)
    client.force_login(person)
    page = client.get(watch)
    assert 'value="Lantern Row"' in page.text
    assert "The holder sees that you watch" in page.text
    until = (NOW + 90 * DAY).date().isoformat()
    answer = client.post(watch, {"shown_as": "Lantern Row", "purpose": "Booked", "until": until})
    assert (answer.status_code, answer.url) == (302, WATCHES)
    assert held.number in client.get(WATCHES).text
    assert WATCHES in client.get("/").text or WATCHES in client.get(WATCHES).text


def test_a_refused_watch_keeps_what_was_typed(client):
    held = certificate()
    client.force_login(make_person("Jonah"))

    answer = client.post(
        reverse("certificates:watch_new", args=[held.number]),
        {"shown_as": "Lantern Row", "purpose": "Booked", "until": (NOW + 900 * DAY).date().isoformat()},
    )

    assert answer.status_code == 422
    assert "within the next 18 months" in answer.text
    assert 'value="Booked"' in answer.text
    assert Watch.objects.count() == 0


def test_the_form_of_a_replaced_number_leads_to_the_newer_one(client):
    old = make_certificate_that_is(Status.SUPERSEDED)
    client.force_login(make_person("Jonah"))

    answer = client.get(reverse("certificates:watch_new", args=[old.number]))

    assert answer.url == reverse("certificates:watch_new", args=[old.replaced_by.number])


@pytest.mark.parametrize("number", ["nonsense", "CS-00000-00000-0"])
def test_a_number_that_is_none_has_nothing_to_watch(client, number):
    client.force_login(make_person("Jonah"))

    answers = [client.get(f"{WATCHES}new/{number}/").status_code for _time in range(MISSES + 2)]

    assert answers[0] == 404
    assert answers[-1] == (404 if number == "nonsense" else 429)


def test_a_watchers_pages_name_nobody_and_say_no_more_than_the_public_page(client):
    watch = make_watch(certificate(), at=NOW - DAY)
    registrar = make_registrar()
    client.force_login(watch.watcher)
    suspend_certificate(certificate=watch.certificate, reason="Canary reason", by=registrar, at=NOW)
    newer = replace_certificate(certificate=watch.certificate, holder_name="Ana Prosser", by=registrar, at=NOW)

    page = client.get(WATCHES).text
    form = client.get(reverse("certificates:watch_new", args=[newer.number])).text

    assert newer.number in page
    assert "Suspended" in page
    for secret in ("Núñez", "Prosser", "Canary", newer.holder.email, newer.holder.display_name):
        assert secret not in page
        assert secret not in form


def test_the_holder_sees_who_watches_and_ends_it(client):
    watch = make_watch(certificate(), at=NOW - DAY, purpose="Booked for a series")
    make_watch(certificate(name="Another"), shown_as="Canary Pictures", at=NOW - DAY)
    client.force_login(watch.certificate.holder)

    page = client.get("/certificates/").text
    assert "Lantern Row" in page
    assert "Booked for a series" in page
    assert "Canary" not in page
    assert watch.watcher.email not in page
    answer = client.post(reverse("certificates:watch_end", args=[watch.pk]))

    assert answer.url == "/certificates/"
    assert "Lantern Row" not in client.get("/certificates/").text
    client.force_login(watch.watcher)
    past = client.get(WATCHES).text
    assert "Ended on" in past
    assert "holder" not in past.split("watch that has ended")[1].split("</main>")[0]


def test_a_watch_is_ended_by_its_two_people_only(client):
    watch = make_watch(certificate(), at=NOW - DAY)
    end = reverse("certificates:watch_end", args=[watch.pk])

    for person in (make_person("Stranger"), make_registrar()):
        client.force_login(person)
        assert client.post(end).status_code == 404
    client.force_login(watch.watcher)
    assert client.post(end).url == WATCHES
    watch.refresh_from_db()
    assert watch.ended_at


@pytest.mark.parametrize("number", [1, 3])
def test_the_watches_cost_the_same_for_one_as_for_three(client, django_assert_num_queries, number):
    watcher = make_person("Jonah")
    for _each in range(number):
        make_watch(make_completion(at=NOW - 2 * DAY), watcher=watcher, at=NOW - DAY)
    client.force_login(watcher)
    client.get(WATCHES)

    with django_assert_num_queries(WATCH_QUERIES):
        client.get(WATCHES)


WATCH_QUERIES = 7  # session, person; watches; academy, menu and two for the rights


def test_the_desk_counts_watches_and_reads_reports(client):
    from tests.factories.desk import at_the_desk

    message = make_message(entry(), at=NOW - DAY)
    report_message(message=message, report="It was not about work.", at=NOW)
    make_watch(message.entry.certificate, at=NOW - DAY)
    at_the_desk(client)

    assert "Reported messages" in client.get("/admin/desk/").text
    detail = client.get(reverse("desk:register_report_detail", args=[message.pk])).text
    assert "It was not about work." in detail
    assert "jonah@example.org" in detail
    shown = client.get(reverse("desk:certificate_detail", args=[message.entry.certificate_id])).text
    assert "Watched by" in shown
    assert client.post(reverse("desk:register_report_close", args=[message.pk]), {"bar_sender": "on"}).url == reverse(
        "desk:register_report_list"
    )
    assert RegisterBlock.objects.get().holder is None


def test_the_desk_takes_an_entry_off_and_lets_it_back(client):
    from tests.factories.desk import at_the_desk

    listed = entry()
    at_the_desk(client)
    here = reverse("desk:register_detail", args=[listed.pk])

    assert "Ana Núñez" in client.get(reverse("desk:register_list")).text
    assert client.post(here + "remove/", {"reason": ""}).status_code == 422
    assert client.post(here + "remove/", {"reason": "It names a performer."}).url == here
    assert "It names a performer." in client.get(here).text
    assert client.post(here + "let-back/").url == here
    listed.refresh_from_db()
    assert listed.let_back_at
