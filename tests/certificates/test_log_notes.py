"""Is a checkpoint written as the C2SP formats say, and read only when its key signed it?"""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from certificates.log.notes import BadNote, Head, read_note, sign_text, signed_text, verifier_key, write_note

# From golang.org/x/mod/sumdb/note (BSD-3-Clause), whose format the specification writes down.
NAME = "PeterNeumann"
KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SECRET = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
NOTE = f"{TEXT}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
PUBLIC = base64.b64decode(KEY.split("+", 2)[2])[1:]
PRIVATE = Ed25519PrivateKey.from_private_bytes(base64.b64decode(SECRET)[1:])

HEAD = Head(origin="academy.example/log", size=41, root=bytes(range(32)))


def checkpoint(head: Head = HEAD) -> str:
    return write_note(head, name=NAME, public=PUBLIC, sign=PRIVATE.sign)


def test_the_published_note_is_signed_and_read_to_the_byte() -> None:
    assert sign_text(TEXT, name=NAME, public=PUBLIC, sign=PRIVATE.sign) == NOTE
    assert signed_text(NOTE, name=NAME, public=PUBLIC) == TEXT
    assert verifier_key(NAME, PUBLIC) == KEY


def test_a_note_of_the_specification_is_read() -> None:
    # https://c2sp.org/signed-note
    public = base64.b64decode("AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")[1:]
    note = (
        "This is an example message.\n\n— example.com/foo "
        "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
    )

    assert verifier_key("example.com/foo", public).split("+")[1] == "530d903a"
    assert signed_text(note, name="example.com/foo", public=public) == "This is an example message.\n"


def test_a_checkpoint_has_three_lines_and_is_read_back() -> None:
    note = checkpoint()

    assert note.split("\n")[:4] == ["academy.example/log", "41", base64.b64encode(HEAD.root).decode(), ""]
    assert read_note(note, name=NAME, public=PUBLIC) == HEAD


def test_signatures_of_others_and_lines_of_extension_are_passed_over() -> None:
    witnessed = checkpoint() + "— witness.example AAAA\n— PeterNeumann AAAAAAAA\n"
    root = base64.b64encode(HEAD.root).decode()
    extended = sign_text(f"academy.example/log\n41\n{root}\nmore\n", name=NAME, public=PUBLIC, sign=PRIVATE.sign)

    assert read_note(witnessed, name=NAME, public=PUBLIC) == HEAD
    assert read_note(extended, name=NAME, public=PUBLIC) == HEAD


@pytest.mark.parametrize(
    "note",
    [
        "",
        "\n\n",
        TEXT,
        checkpoint().replace("41", "42"),
        checkpoint().rstrip("\n"),
        checkpoint().replace("— PeterNeumann", "— Somebody"),
        checkpoint().replace("— ", "-- "),
        checkpoint().replace("x08go", "x08gp"),
        checkpoint().replace("x08go", "*****"),
        NOTE,
    ],
)
def test_what_the_key_has_not_signed_is_refused(note: str) -> None:
    with pytest.raises(BadNote):
        read_note(note, name=NAME, public=PUBLIC)


@pytest.mark.parametrize(
    "text",
    [
        "\n41\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
        "academy.example/log\n041\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
        "academy.example/log\n-1\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
        "academy.example/log\nmany\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
        "academy.example/log\n41\nAAEC\n",
        "academy.example/log\n41\nnot base64\n",
        "academy.example/log\n41\n",
    ],
)
def test_lines_that_are_no_checkpoint_are_refused_although_signed(text: str) -> None:
    note = sign_text(text, name=NAME, public=PUBLIC, sign=PRIVATE.sign)

    with pytest.raises(BadNote):
        read_note(note, name=NAME, public=PUBLIC)


def test_another_key_of_that_name_is_refused() -> None:
    other = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw()

    with pytest.raises(BadNote):
        read_note(checkpoint(), name=NAME, public=other)
