"""Does an employer get every line of a list back, with its answer, and nobody anything else?"""

import csv
import io

import pytest
from django.urls import reverse

from certificates.bulk import BadList, check_list, read_list, result_columns, result_rows
from certificates.bulk_views import LISTS
from certificates.models import Certificate, CheckRecord, Status
from certificates.numbers import EXAMPLE, new_number
from cms.accounts.models import Entry
from tests.factories.certificates import make_certificate, make_certificate_that_is
from tests.factories.people import NOON, make_person

pytestmark = pytest.mark.django_db


def numbers_in(text: str | bytes) -> list[tuple[int, str]]:
    sheet, _text = read_list(text if isinstance(text, bytes) else text.encode())
    return [(line, sheet.number(cells)) for line, cells in sheet.lines]


# Reading ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (EXAMPLE, [(1, EXAMPLE)]),
        (f"{EXAMPLE}\n\n{EXAMPLE}\n", [(1, EXAMPLE), (3, EXAMPLE)]),
        (f"Number\n{EXAMPLE}", [(2, EXAMPLE)]),
        (f"name,Certificate Number\nAna,{EXAMPLE}", [(2, EXAMPLE)]),
        (f"name;certificate_number\r\nAna;{EXAMPLE}\r\n", [(2, EXAMPLE)]),
        (f"name\tNUMBER\nAna\t{EXAMPLE}", [(2, EXAMPLE)]),
        (f"Ana,{EXAMPLE}\nBea,{EXAMPLE}", [(1, EXAMPLE), (2, EXAMPLE)]),
        (f"Who,What\n{EXAMPLE},x", [(2, EXAMPLE)]),
        ("7k3m9qx2tb4\n7K3M9 QX2TB 5", [(1, "7k3m9qx2tb4"), (2, "7K3M9 QX2TB 5")]),
        (f'number,note\n{EXAMPLE},"two\nlines"\n{EXAMPLE},', [(2, EXAMPLE), (4, EXAMPLE)]),
        (f"number,name\n,Ana\n{EXAMPLE},Bea", [(2, ""), (3, EXAMPLE)]),
        (f"name,number\nAna\nBea,{EXAMPLE}", [(2, ""), (3, EXAMPLE)]),
        (f"\ufeffnumber\n{EXAMPLE}", [(2, EXAMPLE)]),
        (f"number\n{EXAMPLE}".encode("utf-16"), [(2, EXAMPLE)]),
        (f"number,name\n{EXAMPLE},Núñez".encode("cp1252"), [(2, EXAMPLE)]),
        (b"number\n\x81\x00x", [(2, "\x81x")]),
    ],
)
def test_lists_are_read_forgivingly(text: str | bytes, found: list) -> None:
    assert numbers_in(text) == found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no number"),
        (" \n,,\n", "no number"),
        ("Number\n", "nothing under it"),
        ("\n".join([EXAMPLE] * 1001), "1001 lines"),
        (",".join("x" * 51), "50 columns"),
        ("x" * (1024 * 1024 + 1), "1 MB"),
        ('"' + "x" * 200_000, "cannot be read"),
    ],
)
def test_a_list_that_cannot_be_read_says_why(text: str, said: str) -> None:
    with pytest.raises(BadList, match=said):
        read_list(text.encode())


def test_a_thousand_lines_are_read() -> None:
    assert len(numbers_in("number\n" + f"{EXAMPLE}\n" * 1000)) == 1000


# Answering --------------------------------------------------------------------------------------------------


def test_every_line_comes_back_with_its_own_cells_and_its_answer() -> None:
    certificate = make_certificate()
    text = f"crew,number\n=cmd,{certificate.number}\nBea,nonsense\nCem,{new_number()}\nDan"
    sheet, _text = read_list(text.encode())

    rows = list(result_rows(sheet, check_list(sheet, at=NOON), at=NOON))

    assert result_columns(sheet)[:3] == ["crew", "number", "Line"]
    assert all(len(row) == len(result_columns(sheet)) for row in rows)
    assert [row[0] for row in rows] == ["=cmd", "Bea", "Cem", "Dan"]
    assert rows[0][2:9] == [
        2, certificate.number, "active", "valid", "Ana Núñez",
        f"{certificate.valid_until:%Y-%m-%d}", f"{NOON:%Y-%m-%dT%H:%M:%SZ}",
    ]  # fmt: skip
    assert [(row[4], row[5]) for row in rows[1:]] == [
        ("malformed", "malformed"), ("unknown", "malformed"), ("malformed", "malformed"),
    ]  # fmt: skip
    assert str(rows[1][9]).startswith("Line 3: A certificate number looks like")
    assert rows[3][9] == "Line 5: there is no number in it."


def test_a_list_without_a_heading_gets_one() -> None:
    sheet, _text = read_list(f"Ana,{EXAMPLE}".encode())

    assert result_columns(sheet)[:3] == ["Column 1", "Certificate number", "Line"]


def test_no_former_name_comes_with_a_list() -> None:
    certificate = make_certificate_that_is(Status.SUPERSEDED)
    sheet, _text = read_list(certificate.number.encode())

    [row] = check_list(sheet, at=certificate.superseded_at)

    assert row.holder == ""
    assert row.note == f"Replaced: check {certificate.replaced_by.number} instead."


# The page ---------------------------------------------------------------------------------------------------


def bulk(client, **said):
    return client.post(reverse("certificates:bulk"), said)


def test_a_list_is_checked_on_the_page_and_downloaded_from_it(client) -> None:
    client.force_login(make_person())
    certificate = make_certificate()
    typed = f"crew,number\n=1+1,{certificate.number}\nBea,nonsense"
    before = (Entry.objects.count(), CheckRecord.objects.count())

    response = bulk(client, file=io.BytesIO(typed.encode()))

    page = response.content.decode()
    assert response.status_code == 200
    assert "1 can be relied on, look at 1" in " ".join(page.split())
    assert "Ana Núñez" in page
    assert "no-store" in response["Cache-Control"]
    assert response.context["list"] == typed
    sheet = bulk(client, numbers=response.context["list"], **{"as": "csv"})
    rows = list(csv.reader(io.StringIO(sheet.getvalue().decode("utf-8-sig"))))
    assert "attachment" in sheet["Content-Disposition"]
    assert rows[1][:6] == ["'=1+1", certificate.number, "2", certificate.number, "active", "valid"]
    assert rows[2][:6] == ["Bea", "nonsense", "3", "", "malformed", "malformed"]
    assert (Entry.objects.count(), CheckRecord.objects.count()) == before


@pytest.mark.parametrize(
    ("said", "sentence"),
    [({}, "Choose a file, or paste the numbers."), ({"numbers": "Number\n"}, "nothing under it")],
)
def test_a_refused_list_says_what_to_put_right(client, said: dict, sentence: str) -> None:
    client.force_login(make_person())

    response = bulk(client, **said, **{"as": ""})

    assert response.status_code == 422
    assert sentence in response.content.decode()


def test_the_page_for_a_list_asks_for_one(client) -> None:
    client.force_login(make_person())

    assert client.get(reverse("certificates:bulk")).status_code == 200


PAGE_QUERIES = 10


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_on_the_page_costs_the_same_however_long(client, django_assert_num_queries, count: int) -> None:
    client.force_login(make_person())
    numbers = "\n".join(make_certificate().number for _ in range(count))
    bulk(client, numbers=numbers)

    with django_assert_num_queries(PAGE_QUERIES):
        bulk(client, numbers=numbers)


def test_five_hundred_numbers_are_answered_in_one_page(client) -> None:
    client.force_login(make_person())
    certificate = make_certificate()
    numbers = [certificate.number, *(new_number() for _ in range(499))]

    response = bulk(client, numbers="\n".join(numbers))

    assert response.status_code == 200
    assert len(response.context["rows"]) == 500
    assert Certificate.objects.count() == 1


def test_too_many_lists_in_a_minute_are_asked_to_wait(client) -> None:
    client.force_login(make_person())

    answers = [bulk(client, numbers=EXAMPLE).status_code for _ in range(LISTS + 1)]

    assert answers == [200] * LISTS + [429]
