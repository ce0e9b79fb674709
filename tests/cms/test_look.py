"""Does everything that is shown keep to the look? Roles of colour and size, icons, the style guide."""

import re
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.template.loader import get_template
from django.test import Client
from django.urls import reverse

from cms.accounts.roles import Role
from cms.accounts.templatetags.look import dressed, money
from tests.factories.people import make_person

TEMPLATES = Path(settings.BASE_DIR) / "templates"
STATIC = Path(settings.BASE_DIR) / "cms" / "static"
ADMIN = ("admin", "desk", "wagtailadmin")  # in Wagtail's look, under its own policy


def site_templates() -> dict[str, str]:
    """Our templates for people, by name; what editors and registrars see in the admin has a look of its own."""
    return {
        str(path.relative_to(TEMPLATES)): path.read_text()
        for path in sorted(TEMPLATES.rglob("*.html"))
        if not set(ADMIN) & set(path.relative_to(TEMPLATES).parts)
    }


def test_a_colour_is_written_only_where_its_role_is_named():
    found = [
        f"{path.name}: {match}"
        for path in STATIC.glob("css/*.css")
        if path.name != "tokens.css"
        for match in re.findall(r"#[0-9a-f]{3,8}\b(?=[^{]*[;}])", path.read_text(), re.IGNORECASE)
    ]

    assert found == []


def test_a_pixel_is_written_only_in_tokens_and_in_the_units_of_a_drawing():
    found = [
        f"{path.name}: {line.strip()}"
        for path in STATIC.glob("css/*.css")
        # Drawings count in units of their own grid; the desk stands in the admin, which has no tokens of ours.
        if path.name not in {"tokens.css", "drawings.css", "desk.css"}
        for line in path.read_text().splitlines()
        if re.search(r"\d\s*px\b", re.sub(r"/\*.*?\*/", "", line)) and "& .n {" not in line
    ]

    assert found == []


def test_every_file_that_css_names_is_there():
    missing = [
        f"{path.name}: {name}"
        for path in STATIC.glob("css/*.css")
        for name in re.findall(r'url\("([^")]+)"\)', path.read_text())
        if not (path.parent / name).exists()
    ]

    assert missing == []


def test_every_icon_that_a_template_names_is_in_the_sprite():
    sprite = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "icons.svg").read_text()))
    named = {
        (template, name)
        for template, text in site_templates().items()
        for name in re.findall(r'(?:\{% icon |icon=|icon\|default:)"([^"]+)"', text)
    }

    assert {pair for pair in named if pair[1] not in sprite} == set()


@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        ("a style in the page", r"\sstyle=|<style[\s>]"),
        ("a handler in the page", r"\son[a-z]+=\""),
        ("a script in the page", r"<script(?![^>]*(?:\ssrc=|application/json|nonce=))"),
    ],
)
def test_nothing_in_a_page_that_its_policy_would_refuse(what: str, pattern: str):
    found = [name for name, text in site_templates().items() if re.search(pattern, text)]

    assert found == [], what


def test_copy_does_not_congratulate_itself():
    found = [
        str(path.relative_to(TEMPLATES))
        for path in TEMPLATES.rglob("*.*")
        if path.suffix in {".html", ".txt"} and "successfully" in path.read_text().lower()
    ]

    assert found == []


def test_every_template_that_shows_a_whole_form_says_above_it_what_to_put_right():
    found = [
        name
        for name, text in site_templates().items()
        if re.search(r"\{\{ form \}\}", re.sub(r"(?s)\{% comment %\}.*?\{% endcomment %\}", "", text))
        and "components/errors.html" not in text
    ]

    assert found == []


@pytest.mark.django_db
def test_the_style_guide_shows_every_component(client: Client):
    client.force_login(make_person(roles=(Role.EDITOR,)))

    response = client.get(reverse("cms:styleguide"))

    shown = {template.name for template in response.templates}
    components = {f"components/{path.name}" for path in TEMPLATES.glob("components/*.html")}
    assert response.status_code == 200
    assert components - shown == set()


@pytest.mark.django_db
def test_the_style_guide_is_for_staff(client: Client):
    client.force_login(make_person())

    assert client.get(reverse("cms:styleguide")).status_code == 404


@pytest.mark.parametrize(
    ("minor", "currency", "words"),
    [
        (0, "GBP", "£0"),
        (340000, "GBP", "£3,400"),
        (1250, "EUR", "€12.50"),
        (5, "USD", "$0.05"),
        (120000, "SEK", "1,200 SEK"),
    ],
)
def test_money_is_written_as_people_write_it(minor: int, currency: str, words: str):
    assert money(minor, currency) == words


class OneOfEach(forms.Form):
    name = forms.CharField(widget=forms.TextInput(attrs={"placeholder": "Name"}))
    day = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    number = forms.CharField(widget=forms.TextInput(attrs={"class": "input input-number"}))
    way = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect, help_text="One of them.")
    marks = forms.ChoiceField(choices=[("a", "A")], widget=forms.RadioSelect(attrs={"data-look": "scale"}))
    kinds = forms.MultipleChoiceField(choices=[("a", "A")], widget=forms.CheckboxSelectMultiple, required=False)
    there = forms.BooleanField(help_text="All of it.")
    hidden = forms.CharField(widget=forms.HiddenInput)


def test_an_input_is_dressed_unless_it_brings_its_own_class():
    form = OneOfEach()

    assert 'class="input"' in dressed(form["name"])
    assert "placeholder" not in dressed(form["name"])
    assert 'class="input input-short"' in dressed(form["day"])
    assert 'class="input input-number"' in dressed(form["number"])


def test_a_field_outside_the_component_keeps_its_looks():
    """The Wagtail admin renders its widgets so; none of our classes may reach them."""
    assert "class=" not in str(OneOfEach()["name"])


def test_a_refused_form_links_each_error_to_its_field():
    form = OneOfEach({"kinds": ["a"]})

    html = str(form)

    assert html.count('class="field field-bad"') == 6
    assert html.count("<fieldset") == 3
    assert 'aria-describedby="id_way_helptext id_way_error"' in html
    assert 'id="id_way_error"' in html
    assert 'class="choice"' in html
    assert 'class="scale"' in html
    assert '<input type="hidden" name="hidden"' in html


def test_the_summary_of_errors_leads_to_each_field_and_takes_focus():
    form = OneOfEach({"name": "Wren", "day": "2026-11-23", "number": "7", "marks": "a", "hidden": "x"})
    form.is_valid()
    form.add_error(None, "The two do not go together.")

    html = get_template("components/errors.html").render({"form": form})

    assert re.findall(r'href="(#[^"]+)"', html) == ["#id_way_0", "#id_there"]
    assert "The two do not go together." in html
    assert "3 things to put right" in html
    assert 'role="alert" tabindex="-1" autofocus' in html


def test_a_form_without_errors_has_no_summary():
    assert get_template("components/errors.html").render({"form": OneOfEach()}).strip() == ""


@pytest.mark.parametrize("status", ["active", "expiring", "expired", "suspended", "revoked", "superseded"])
def test_a_stamp_is_decoration_with_the_name_of_the_academy(status: str):
    html = get_template("components/stamp.html").render({"status": status, "academy_name": "A Small School"})

    assert "A SMALL SCHOOL" in html
    assert 'aria-hidden="true"' in html
    assert f"{status.upper()}<" in html
