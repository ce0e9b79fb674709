"""How is a checkpoint written down, and did that key sign it?

C2SP signed-note with Ed25519, and C2SP tlog-checkpoint: three lines (which log, how many entries, the root), an empty line,
and a signature of all three. Sources: c2sp.org/signed-note and c2sp.org/tlog-checkpoint.
"""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ED25519 = b"\x01"  # the algorithm's byte in front of a key
HASH = 32  # bytes


class BadNote(ValueError):
    """The text is no checkpoint, or not one that this key signed."""


@dataclass(frozen=True, kw_only=True)
class Head:
    """What a checkpoint says: which log, how many entries, and the root over them."""

    origin: str
    size: int
    root: bytes


def verifier_key(name: str, public: bytes) -> str:
    """The key as people hand it to a checker: `name+hash+base64`."""
    return f"{name}+{_key_id(name, public).hex()}+{base64.b64encode(ED25519 + public).decode()}"


def write_note(head: Head, *, name: str, public: bytes, sign: Callable[[bytes], bytes]) -> str:
    """The checkpoint, signed by the key of that name. The same head and key give the same note."""
    text = f"{head.origin}\n{head.size}\n{base64.b64encode(head.root).decode()}\n"
    return sign_text(text, name=name, public=public, sign=sign)


def read_note(note: str, *, name: str, public: bytes) -> Head:
    """What the checkpoint says. Raises BadNote unless that key has signed it, whoever else has as well."""
    lines = signed_text(note, name=name, public=public).removesuffix("\n").split("\n")
    try:
        origin, size, root, *_extensions = lines
        head = Head(origin=origin, size=int(size), root=base64.b64decode(root, validate=True))
    except ValueError:
        raise BadNote("Its lines are not those of a checkpoint.") from None
    if not origin or str(head.size) != size or head.size < 0 or len(head.root) != HASH:
        raise BadNote("Its lines are not those of a checkpoint.")
    return head


def sign_text(text: str, *, name: str, public: bytes, sign: Callable[[bytes], bytes]) -> str:
    """Any text that ends its last line, as a signed note."""
    signature = base64.b64encode(_key_id(name, public) + sign(text.encode())).decode()
    return f"{text}\n— {name} {signature}\n"


def signed_text(note: str, *, name: str, public: bytes) -> str:
    """The text of a signed note. Raises BadNote unless that key has signed it."""
    text, parted, signatures = note.rpartition("\n\n")
    if not parted or not signatures.endswith("\n"):
        raise BadNote("It is not a signed note.")
    text += "\n"
    mark = f"— {name} "
    try:
        signed = [
            base64.b64decode(line.removeprefix(mark), validate=True)
            for line in signatures.splitlines()
            if line.startswith(mark)
        ]
        mine = next(one[4:] for one in signed if one[:4] == _key_id(name, public))
        Ed25519PublicKey.from_public_bytes(public).verify(mine, text.encode())
    except (StopIteration, InvalidSignature, ValueError):  # base64 that cannot be read is a ValueError
        raise BadNote("It is not a note that this key has signed.") from None
    return text


def _key_id(name: str, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + public).digest()[:4]
