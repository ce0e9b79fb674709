"""Who lives in the demo? Invented people, and what became of each."""

from dataclasses import dataclass
from functools import cache

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from cms.accounts.models import User
from cms.accounts.passwords import DEMO_PASSWORD


@dataclass(frozen=True, kw_only=True)
class Someone:
    email: str
    name: str
    about: str = ""  # for the list of accounts; empty for those nobody signs in as
    pronouns: str = ""


ACCOUNTS = (
    Someone(email="learner@demo.example", name="Wren Adeyemi", pronouns="they/them",
            about="half-way: lessons done, a quiz failed once, shifts in several states"),
    Someone(email="ready@demo.example", name="Priya Castellanos", pronouns="she/her",
            about="has met every requirement but the registrar’s confirmation"),
    Someone(email="graduate@demo.example", name="Ana Núñez", pronouns="she/her", about="holds an active certification"),
    Someone(email="newcomer@demo.example", name="Sam Idowu", about="signed up, on nothing"),
    Someone(email="mentor@demo.example", name="Tomasz Lindqvist", pronouns="he/him",
            about="approved mentor with shifts waiting to be signed"),
    Someone(email="mentor2@demo.example", name="Delphine Okafor-Reyes", pronouns="she/her", about="approved mentor"),
    Someone(email="registrar@demo.example", name="Philippa Grange", about="intakes, cases, certificates"),
    Someone(email="registrar2@demo.example", name="Bram Aldous", about="the second registrar: confirms what the first proposes"),
    Someone(email="ombud@demo.example", name="Judith Amsel", about="hears complaints; no registrar sees them"),
    Someone(email="appeals@demo.example", name="Ines Marwick", about="the independent contact, who looks at appeals"),
    Someone(email="editor@demo.example", name="Mina Halloran", about="writes content, sees no learner data"),
    Someone(email="employer@demo.example", name="Jonah Prewitt", about="a producer with five places for her crew, and a watch"),
)  # fmt: skip
HOLDERS = {
    "active": "graduate@demo.example",
    "expiring": "expiring@demo.example",
    "expired": "expired@demo.example",
    "suspended": "suspended@demo.example",
    "revoked": "revoked@demo.example",
    "superseded": "renamed@demo.example",
}
OTHERS = (
    Someone(email="expiring@demo.example", name="Idris Vaughan-Bello"),
    Someone(email="expired@demo.example", name="Zofia Wiśniewska"),
    Someone(email="suspended@demo.example", name="Siân Ŵyn Prosser"),
    Someone(email="revoked@demo.example", name="Marlo Quist"),
    Someone(email="renamed@demo.example", name="Rowan Okonjo-Hale"),
)
CREW = Someone(email="costume@lantern-row.example", name="Nadia Ferreira")
BUYERS = (
    Someone(email="paid@demo.example", name="Lena Marchetti"),
    Someone(email="paying@demo.example", name="Oskar Dube"),
)


@cache
def _hashed() -> str:
    """The demo's one password, hashed once: hashing is slow on purpose, and there are two dozen accounts."""
    return make_password(DEMO_PASSWORD)


def make(someone: Someone) -> User:
    """The account, with a verified address and the demo's password. Repeating gives the one there is."""
    person = User.objects.filter(email=someone.email).first()
    if person is None:
        person = User.objects.create_user(
            email=someone.email,
            display_name=someone.name,
            certificate_name=someone.name,
            pronouns=someone.pronouns,
            time_zone="Europe/London",
            joined_at=timezone.now(),
        )
        person.password = _hashed()
        person.save(update_fields=["password"])
        EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return person
