"""Does the log answer people and programs, and can a stranger check us with the programs it shows?"""

import base64
import io
import json
import re
import sys
import urllib.request
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from certificates.issuing import replace_certificate
from certificates.log import checker
from certificates.log.keys import change_log_key, key_in_use, verifier_key_of
from certificates.log.publishing import publish_checkpoint
from certificates.log.tree import consistency_holds, inclusion_holds
from certificates.models import Checkpoint, LogEntry, LogHead, RevocationReason
from certificates.status import revoke_certificate
from tests.certificates.test_log import add
from tests.factories.certificates import make_certificate
from tests.factories.people import NOON, make_registrar
from tests.unguarded import lift_guards

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "public, no-cache"


def decoded(steps: list[str]) -> list[bytes]:
    return [base64.b64decode(step) for step in steps]


def root_in(checkpoint: Checkpoint) -> bytes:
    return bytes.fromhex(checkpoint.root)


# The page ----------------------------------------------------------------------------------------------------


def test_the_page_says_what_the_log_is_now_and_shows_the_key_and_the_programs(client) -> None:
    certificate = make_certificate(name="Ana Núñez")

    response = client.get("/log/")

    page = response.content.decode()
    assert response.status_code == 200
    assert response["Cache-Control"] == ASK_AGAIN
    assert response.context["newest"].size == 1
    assert response.context["newest"].note in page.replace("&#x27;", "'")
    assert verifier_key_of(key_in_use(at=NOON)) in page
    assert response.context["check_one"] == checker.one()
    assert certificate.number not in page
    assert "Ana" not in page


def test_the_page_of_an_empty_log(client) -> None:
    response = client.get("/log/")

    assert response.status_code == 200
    assert response.context["newest"].size == 0


@pytest.mark.parametrize("more", [0, 2])
def test_the_page_costs_the_same_for_one_checkpoint_and_for_three(client, django_assert_num_queries, more: int) -> None:
    certificate = make_certificate()
    for _ in range(more + 1):
        publish_checkpoint(at=NOON)
        add(1, certificate=certificate)
    publish_checkpoint(at=NOON)

    with django_assert_num_queries(PAGE_QUERIES):
        client.get("/log/")


PAGE_QUERIES = 6  # key, head, newest checkpoint; checkpoints, keys; the academy


def test_both_keys_are_shown_once_it_was_changed(client) -> None:
    first = key_in_use(at=NOON)
    second = change_log_key(by=make_registrar(), at=NOON + DAY)

    response = client.get("/log/")

    assert [key for key, _written in response.context["keys"]] == [second, first]
    assert "They still bind us." in response.content.decode()


def test_the_page_says_so_when_nothing_new_can_be_published(client, settings) -> None:
    make_certificate()
    publish_checkpoint(at=NOON)
    lift_guards()
    LogHead.objects.update(size=0, peaks=[])

    response = client.get("/log/")

    assert response.status_code == 200
    assert "No new checkpoint can be published just now" in response.content.decode()


def test_the_verification_page_leads_to_the_log_and_its_json_to_the_proof(client) -> None:
    certificate = make_certificate()
    add(2, certificate=certificate)

    page = client.get(f"/verify/{certificate.number}/").content.decode()
    said = client.get(f"/verify/{certificate.number}/", headers={"Accept": "application/json"}).json()["log"]

    assert "entry 2." in page
    assert said["index"] == 2
    proof = client.get(said["proof"].removeprefix("http://localhost:8000")).json()
    assert (proof["leaf_index"], proof["tree_size"]) == (2, 3)


# The checkpoint ----------------------------------------------------------------------------------------------


def test_the_checkpoint_is_plain_text_asked_for_again_and_open_to_other_sites(client) -> None:
    make_certificate()

    response = client.get("/log/checkpoint")

    assert response.content.decode() == Checkpoint.objects.get().note
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response["Cache-Control"] == ASK_AGAIN
    assert response["Access-Control-Allow-Origin"] == "*"
    assert client.get("/log/checkpoint", headers={"If-None-Match": response["ETag"]}).status_code == 304


def test_a_change_shows_in_the_next_checkpoint(client) -> None:
    certificate = make_certificate()
    before = client.get("/log/checkpoint").content

    revoke_certificate(certificate=certificate, reason=RevocationReason.ERROR, by=make_registrar(), at=NOON + DAY)

    assert client.get("/log/checkpoint").content != before
    assert client.get("/log/checkpoint").content.split(b"\n")[1] == b"2"


def test_an_earlier_checkpoint_stays_as_it_was_published(client) -> None:
    certificate = make_certificate()
    before = client.get("/log/checkpoint").content
    add(3, certificate=certificate)
    client.get("/log/checkpoint")

    response = client.get("/log/checkpoint?size=1")

    assert response.content == before
    assert response["Cache-Control"] == FOR_EVER
    assert client.get("/log/checkpoint?size=2").status_code == 404


def test_when_none_can_be_signed_programs_are_told(client) -> None:
    make_certificate()
    publish_checkpoint(at=NOON)
    lift_guards()
    LogHead.objects.update(size=0, peaks=[])

    for address in ("/log/checkpoint", "/log/proof?index=0"):
        response = client.get(address)
        assert response.status_code == 503
        assert response["Content-Type"] == "application/problem+json"
        assert response.json()["detail"].startswith("The log does not follow from its last checkpoint.")


# Entries -----------------------------------------------------------------------------------------------------


def test_entries_are_given_with_both_ends_and_a_complete_range_for_ever(client) -> None:
    add(4)

    response = client.get("/log/entries?start=1&end=3")

    kept = LogEntry.objects.in_bulk()
    assert response.json() == {
        "entries": [
            {
                "index": index,
                "leaf": kept[index].leaf,
                "leaf_hash": base64.b64encode(bytes.fromhex(kept[index].leaf_hash)).decode(),
            }
            for index in (1, 2, 3)
        ]
    }
    assert response["Cache-Control"] == FOR_EVER
    assert response["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    ("asked", "indices"),
    [("", [0, 1, 2]), ("?start=1", [1, 2]), ("?end=9", [0, 1, 2]), ("?start=2&end=300", [2])],
)
def test_what_may_still_grow_is_asked_for_again(client, asked: str, indices: list[int]) -> None:
    add(2)

    response = client.get(f"/log/entries{asked}")

    assert [entry["index"] for entry in response.json()["entries"]] == indices
    assert response["Cache-Control"] == ASK_AGAIN


def test_a_long_range_is_cut_and_what_is_given_is_complete(client, monkeypatch) -> None:
    add(5)
    monkeypatch.setattr("certificates.log_views.PAGE", 2)

    response = client.get("/log/entries?start=1&end=5")

    assert [entry["index"] for entry in response.json()["entries"]] == [1, 2]
    assert response["Cache-Control"] == FOR_EVER


def test_an_empty_log_has_no_entries_and_says_so(client) -> None:
    response = client.get("/log/entries")

    assert response.json() == {"entries": []}
    assert response["Cache-Control"] == ASK_AGAIN


# Proofs ------------------------------------------------------------------------------------------------------


def test_an_entry_is_proved_by_index_and_by_hash(client) -> None:
    add(6)
    checkpoint = publish_checkpoint(at=NOON)
    leaf = bytes.fromhex(LogEntry.objects.get(index=3).leaf_hash)
    written = base64.b64encode(leaf).decode()

    answers = [
        client.get("/log/proof", {"index": 3, "size": 7}),
        client.get("/log/proof", {"hash": written, "size": 7}),
        client.get("/log/proof", {"hash": leaf.hex(), "size": 7}),
        client.get("/log/proof", {"hash": base64.urlsafe_b64encode(leaf).decode(), "size": 7}),
        client.get(f"/log/proof?hash={written}&size=7"),  # a plus that nobody escaped
    ]

    said = answers[0].json()
    assert [answer.json() for answer in answers] == [said] * 5
    assert {answer["Cache-Control"] for answer in answers} == {FOR_EVER}
    assert {key: said[key] for key in ("leaf_index", "tree_size", "leaf_hash")} == {
        "leaf_index": 3,
        "tree_size": 7,
        "leaf_hash": written,
    }
    assert inclusion_holds(index=3, size=7, leaf=leaf, path=decoded(said["audit_path"]), root=root_in(checkpoint))


def test_the_growth_from_one_checkpoint_to_another_is_proved(client) -> None:
    certificate = make_certificate()
    add(2, certificate=certificate)
    before = publish_checkpoint(at=NOON)
    add(8, certificate=certificate)
    after = publish_checkpoint(at=NOON)

    response = client.get("/log/proof?from=3&to=11")

    said = response.json()
    assert (said["from"], said["to"]) == (3, 11)
    assert response["Cache-Control"] == FOR_EVER
    assert consistency_holds(
        first=3,
        second=11,
        first_root=root_in(before),
        second_root=root_in(after),
        path=decoded(said["consistency"]),
    )
    assert client.get("/log/proof?from=0&to=11").json()["consistency"] == []


def test_without_a_size_a_proof_is_for_the_newest_checkpoint_and_asked_for_again(client) -> None:
    add(4)

    for asked, key in (("index=0", "tree_size"), ("from=2", "to")):
        response = client.get(f"/log/proof?{asked}")
        assert response.json()[key] == 5
        assert response["Cache-Control"] == ASK_AGAIN
    assert Checkpoint.objects.get().size == 5


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/log/entries?start=-1", 400),
        ("/log/entries?start=x", 400),
        ("/log/entries?start=1.5", 400),
        ("/log/entries?start=", 400),
        ("/log/entries?start=٣", 400),
        ("/log/entries?start=" + "9" * 5000, 400),
        ("/log/entries?start=2&end=1", 400),
        ("/log/entries?start=3", 404),
        ("/log/entries?start=999999999999999&end=999999999999999", 404),
        ("/log/proof", 400),
        ("/log/proof?size=3", 400),
        ("/log/proof?to=3", 400),
        ("/log/proof?index=", 400),
        ("/log/proof?index=-1&size=3", 400),
        ("/log/proof?index=0&size=x", 400),
        ("/log/proof?index=0&size=", 400),
        ("/log/proof?index=3&size=3", 404),
        ("/log/proof?index=2&size=2", 404),
        ("/log/proof?index=0&size=4", 404),
        ("/log/proof?index=0&size=999999999999999", 404),
        ("/log/proof?hash=abc&size=3", 400),
        ("/log/proof?hash=&size=3", 400),
        ("/log/proof?hash=" + "ü" * 64 + "&size=3", 400),
        ("/log/proof?hash=" + "0" * 64 + "&size=3", 404),
        ("/log/proof?from=x&to=3", 400),
        ("/log/proof?from=3&to=2", 400),
        ("/log/proof?from=4&to=4", 404),
        ("/log/checkpoint?size=x", 400),
        ("/log/checkpoint?size=77", 404),
        ("/log/entries?start=0%00", 400),
    ],
)
def test_what_cannot_be_answered_is_a_problem_in_words_and_no_error(client, address: str, status: int) -> None:
    add(2)

    response = client.get(address)

    said = response.json()
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["Cache-Control"] == "no-store"
    assert set(said) == {"type", "title", "status", "detail"}
    assert said["status"] == status
    assert said["detail"].endswith((".", "entries."))


@pytest.mark.parametrize("address", ["/log/", "/log/checkpoint", "/log/entries", "/log/proof?index=0"])
def test_the_log_is_read_only(client, address: str) -> None:
    make_certificate()

    assert client.post(address).status_code == 405
    assert client.head(address).status_code == 200


# The programs that the page shows, run as they stand ----------------------------------------------------------


class Site:
    """Our site as `urllib` of a stranger's program would reach it. `lies` are answers that replace ours, by path."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.lies: dict[str, bytes] = {}

    def urlopen(self, asked: Any) -> Any:
        address, headers = (asked, {}) if isinstance(asked, str) else (asked.full_url, dict(asked.header_items()))
        path = address.removeprefix("https://academy.example")
        response = self.client.get(path, headers=headers)
        assert response.status_code == 200, (path, response.content)
        return io.BytesIO(self.lies.get(path.split("?")[0], response.content))


@pytest.fixture
def site(client, monkeypatch: pytest.MonkeyPatch) -> Site:
    site = Site(client)
    monkeypatch.setattr(urllib.request, "urlopen", site.urlopen)
    return site


def run(program: str, *arguments: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["program.py", "https://academy.example", *arguments])
    exec(compile(program, "program.py", "exec"), {"__name__": "__main__"})  # noqa: S102  as a stranger would


@pytest.fixture
def shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A certificate in a log of several, its file, and the program that checks them."""
    other = make_certificate(name="Robin Hale")
    add(3, certificate=other)
    certificate = make_certificate()
    revoke_certificate(certificate=other, reason=RevocationReason.ERROR, by=make_registrar(), at=NOON + DAY)
    file = tmp_path / "credential.json"
    file.write_text(certificate.credential)
    key = verifier_key_of(key_in_use(at=NOON))

    def check() -> None:
        run(checker.one(), key, certificate.number, str(file), monkeypatch=monkeypatch)

    return SimpleNamespace(certificate=certificate, other=other, file=file, check=check)


def test_a_stranger_checks_a_certificate_with_the_first_program(shown, site, capsys) -> None:
    shown.check()

    assert capsys.readouterr().out == f"issued at {NOON:%Y-%m-%dT%H:%M:%S.%fZ}: entry 4 of 6 in localhost:8000/log\n"


def test_the_first_program_says_what_happened_last(shown, site, capsys) -> None:
    revoke_certificate(certificate=shown.certificate, reason=RevocationReason.ERROR, by=make_registrar(), at=NOON + DAY)

    shown.check()

    assert capsys.readouterr().out.startswith("revoked at ")


def test_the_first_program_refuses_an_altered_file(shown, site) -> None:
    shown.file.write_text(shown.certificate.credential.replace("Ana", "Eve"))

    with pytest.raises(AssertionError):
        shown.check()


def test_the_first_program_refuses_a_checkpoint_that_our_key_has_not_signed(shown, site) -> None:
    note = publish_checkpoint(at=NOON).note
    site.lies["/log/checkpoint"] = note.replace("\n6\n", "\n7\n").encode()

    with pytest.raises(Exception, match=r"^$"):  # cryptography's InvalidSignature says nothing
        shown.check()


def test_the_first_program_refuses_an_entry_that_is_not_in_the_tree(shown, site) -> None:
    entry = {"index": 4, "leaf": LogEntry.objects.get(index=4).leaf.replace("issued", "re-signed")}
    site.lies["/log/entries"] = json.dumps({"entries": [entry]}).encode()

    with pytest.raises(AssertionError):
        shown.check()


def test_a_stranger_checks_the_whole_log_with_the_second_program(site, tmp_path, capsys, monkeypatch) -> None:
    monkeypatch.setattr("certificates.log_views.PAGE", 3)
    certificate = make_certificate()
    kept = []
    for size in (1, 5, 9):
        add(size - LogEntry.objects.count(), certificate=certificate)
        kept.append(tmp_path / f"checkpoint-{size}")
        kept[-1].write_text(publish_checkpoint(at=NOON).note)
    add(2, certificate=certificate)

    run(checker.whole(), *map(str, kept), monkeypatch=monkeypatch)

    counts = re.findall(r"begins with the (\d+) entries", capsys.readouterr().out)
    assert counts == ["11", "1", "5", "9"]


def test_the_second_program_finds_a_log_that_was_rewritten(site, tmp_path, monkeypatch) -> None:
    certificate = make_certificate()
    add(4, certificate=certificate)
    kept = tmp_path / "checkpoint"
    kept.write_text(publish_checkpoint(at=NOON).note)
    replace_certificate(certificate=certificate, holder_name="Ana Prosser", by=make_registrar(), at=NOON + DAY)
    publish_checkpoint(at=NOON)
    lift_guards()
    LogEntry.objects.filter(index=2).update(leaf=LogEntry.objects.get(index=2).leaf.replace("suspended", "reinstated"))

    with pytest.raises(AssertionError, match="localhost:8000/log"):
        run(checker.whole(), str(kept), monkeypatch=monkeypatch)


def test_the_programs_fit_the_page() -> None:
    for program in (checker.one(), checker.whole()):
        assert max(map(len, program.splitlines())) <= 88
        assert len(program.splitlines()) <= 45
