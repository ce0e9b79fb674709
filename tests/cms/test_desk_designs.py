"""Can a registrar give the academy's certificates a look, and see it before anyone else does?"""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from certificates.models import CertificateDesign, DesignVersion, ProgrammeDesign, SheetTemplate
from cms.accounts.roles import Role
from tests.factories.certificates import make_completion
from tests.factories.courses import make_programme
from tests.factories.designs import SEAL, a_png, make_design, make_draft
from tests.factories.desk import at_the_desk
from tests.factories.people import make_person

pytestmark = pytest.mark.django_db
LIST_QUERIES = 11  # session, person, roles and rights; what the admin's own frame asks; the count and the rows
DETAIL_QUERIES = 13  # the same frame; the design, its versions, its programmes, the history


def page(name: str, *args: object) -> str:
    return reverse(f"desk:design_{name}", args=args)


def typed(**changes: object) -> dict[str, object]:
    return {"name": "House", "template": "engraved", "ink": "#12262b", "accent": "#0b5563"} | changes


def seal(data: bytes = SEAL.encode(), name: str = "seal.svg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def test_a_design_is_kept_as_a_draft_with_its_pictures(client):
    at_the_desk(client)

    response = client.post(page("new"), typed(seal=seal(), first_name="Ana", first_picture=seal(a_png(), "signed.png")))

    version = DesignVersion.objects.get()
    assert response.url == page("detail", version.design_id)
    assert (version.template, version.ink, version.used_from) == (SheetTemplate.ENGRAVED, "#12262b", None)
    assert "<circle" in version.seal
    assert "data:image/png" in version.first_picture


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"ink": "#aaaaaa"}, "ink", "too light to read on paper"),
        ({"accent": "#ffcc00"}, "accent", "too light to read on paper"),
        ({"name": "Call\u202esheet"}, "name", "reorders"),
        ({"first_name": "Ana 😀"}, "first_name", "typefaces"),
        ({"seal": seal(b"<html/>")}, "seal", "neither a PNG nor an SVG"),
        ({"seal": seal(SEAL.replace("<circle", "<script/><circle").encode())}, "seal", "a program"),
        ({"template": "other"}, "template", "Choose one of these"),
        ({"first_role": "Registrar"}, None, "Say who signs"),
    ],
)
def test_what_cannot_be_printed_is_said_at_its_field_and_the_rest_is_kept(client, changes, field, sentence):
    at_the_desk(client)

    response = client.post(page("new"), typed(**{"second_name": ""} | changes))

    assert response.status_code == 422
    form = response.context["form"]
    assert sentence in " ".join(form.errors[field or "__all__"])
    assert sentence in response.content.decode()
    if field != "name":
        assert 'value="House"' in response.content.decode()
    assert CertificateDesign.objects.count() == 0


def test_a_draft_is_changed_and_a_picture_stays_until_it_is_taken_off(client):
    at_the_desk(client)
    draft = make_draft(seal=SEAL)
    said = typed(template="title_page")

    client.post(page("change", draft.design_id), said)
    draft.refresh_from_db()
    assert (draft.template, bool(draft.seal)) == ("title_page", True)

    client.post(page("change", draft.design_id), said | {"no_seal": "on"})
    draft.refresh_from_db()
    assert draft.seal == ""


def test_a_refused_change_names_what_is_wrong_and_changes_nothing(client):
    at_the_desk(client)
    draft = make_draft()

    response = client.post(page("change", draft.design_id), typed(ink="#cccccc"))

    assert response.status_code == 422
    draft.refresh_from_db()
    assert draft.ink == "#1b1917"


def test_a_version_is_put_to_use_once_one_has_said_yes(client):
    at_the_desk(client)
    draft = make_draft()

    asked = client.get(page("use", draft.design_id))
    client.post(page("use", draft.design_id))
    draft.refresh_from_db()
    assert "never edited again" in asked.content.decode()
    assert draft.used_from is None

    client.post(page("use", draft.design_id), {"sure": "yes"})
    draft.refresh_from_db()
    assert draft.used_from is not None
    assert "in use already" in client.get(page("use", draft.design_id)).content.decode()


def test_putting_to_use_what_can_no_longer_be_printed_is_refused(client):
    at_the_desk(client)
    draft = make_draft()
    DesignVersion.objects.update(ink="#eeeeee")

    response = client.post(page("use", draft.design_id), {"sure": "yes"})

    assert response.status_code == 422
    assert "too light" in response.content.decode()


def test_what_is_in_use_is_changed_by_a_new_version(client):
    at_the_desk(client)
    version = make_design()

    assert client.get(page("change", version.design_id)).url == page("version_new", version.design_id)
    assert client.post(page("version_new", version.design_id)).url == page("change", version.design_id)
    assert client.get(page("change", version.design_id)).status_code == 200
    assert version.design.versions.count() == 2


def test_programmes_are_chosen(client):
    at_the_desk(client)
    version, programme = make_design(), make_programme(title="Coordination")
    make_programme(title="Direction")

    response = client.post(page("programmes", version.design_id), {"programmes": [programme.pk]})

    assert response.url == page("detail", version.design_id)
    assert ProgrammeDesign.objects.get().programme == programme
    detail = client.get(response.url).content.decode()
    assert "Coordination" in detail
    assert "Direction" not in detail
    assert "checked" in client.get(page("programmes", version.design_id)).content.decode()
    client.post(page("programmes", version.design_id), {})
    assert ProgrammeDesign.objects.count() == 0


def test_a_proof_is_a_picture_or_a_pdf_on_both_papers_for_everybody_invented(client):
    at_the_desk(client)
    version = make_draft()

    for paper in ("a4", "letter", "other"):
        for holder in ("short", "arabic", "nobody"):
            asked = {"paper": paper, "holder": holder}
            picture = client.get(page("proof_png", version.design_id, 1), asked)
            pdf = client.get(page("proof_pdf", version.design_id, 1), asked)

            assert (picture["Content-Type"], pdf["Content-Type"]) == ("image/png", "application/pdf")
            assert "no-store" in picture["Cache-Control"]
    assert client.get(page("proof_png", version.design_id, 2)).status_code == 404


def test_the_form_is_looked_at_before_it_is_kept(client):
    at_the_desk(client)
    draft = make_draft()

    for address in (page("try_new"), page("try", draft.design_id)):
        shown = client.post(address, typed(name="", accent="#97271f", paper="letter", holder="long"))
        refused = client.post(address, typed(name="", accent="#ffcc00"))
        unread = client.post(address, typed(name="", seal=seal(b"GIF89a")))

        assert shown["Content-Type"] == "image/png"
        assert [response.status_code for response in (refused, unread)] == [422, 422]
        assert "too light" in refused.json()["problems"][0]
        assert "neither" in unread.json()["problems"][0]
    draft.refresh_from_db()
    assert draft.accent == "#472a66"
    assert CertificateDesign.objects.count() == 1


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_and_three(client, django_assert_num_queries, count):
    registrar = at_the_desk(client)
    for _ in range(count):
        make_design(by=registrar)
    make_completion()
    client.get(page("list"))

    with django_assert_num_queries(LIST_QUERIES):
        response = client.get(page("list"))

    assert len(response.context["page_obj"].object_list) == count


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_of_a_design_costs_the_same_for_one_and_three_versions(client, django_assert_num_queries, count):
    registrar = at_the_desk(client)
    version = make_design(by=registrar)
    for number in range(2, count + 1):
        DesignVersion.objects.create(
            design=version.design, number=number, used_from=version.used_from, used_by=registrar
        )
    client.get(page("detail", version.design_id))

    with django_assert_num_queries(DETAIL_QUERIES):
        client.get(page("detail", version.design_id))


def test_an_editor_finds_no_design_and_no_way_to_one(client):
    version = make_draft(name="Secret house look")
    client.force_login(make_person("Mina", roles=(Role.EDITOR,)))

    for address in (page("list"), page("detail", version.design_id), page("proof_pdf", version.design_id, 1)):
        assert client.get(address).status_code == 404
    assert client.post(page("use", version.design_id), {"sure": "yes"}).status_code == 404
    version.refresh_from_db()
    assert version.used_from is None
