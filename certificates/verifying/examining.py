"""In which order is a credential checked, and what is the verdict?

From the cheap to the dear, and from what anyone can see to what only the issuer can say: nothing is expanded before it is
known to be plain, and nothing is asked of the network before the form of everything is right.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, NoReturn

from django.utils.translation import gettext as _

from ..issuer import issuer_did
from .facts import facts_of_document
from .fetching import CannotFetch, Fetcher, fetch_document
from .issuers import keys_of
from .jwt import Token, check_claims, check_header, read_token, signature_holds
from .moments import read_moment
from .opening import FOUND_IN, kind_of, open_file
from .ours import Ours, facts_of, find_ours
from .proof import only_proof, proof_stands
from .reading import read_json
from .refusal import CannotCheck, CheckFails
from .report import Check, Facts, FileKind, Outcome, Report, Step, Verdict
from .statuses import standing_of
from .trust import known_as
from .wellformed import check_known_contexts, check_official_schema, check_shape


def examine(data: bytes, *, at: datetime, fetch: Fetcher = fetch_document) -> Report:
    """Check the credential in `data`: a PDF, PNG, SVG, JSON file or compact JWT, of any Open Badges 3.0 issuer.

    Reads the database for our own; asks other issuers over https, at most three seconds for each document. Repeating gives
    the same answer while nothing changed; nothing is kept of the file. Never raises for what `data` holds.
    """
    return _Examination(at=at, fetch=fetch).report(data)


# Of several things against a credential, the one that is said.
GRAVEST = (
    Verdict.REVOKED,
    Verdict.SUSPENDED,
    Verdict.EXPIRED,
    Verdict.NOT_YET_VALID,
    Verdict.CANNOT_CHECK_NOW,
    Verdict.UNKNOWN_ISSUER,
)


class _Stop(Exception):
    """The verdict is known, and what comes after in the order is not looked at."""

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict


class _Examination:
    """One credential on its way through the checks; what was found is collected on the way."""

    def __init__(self, *, at: datetime, fetch: Fetcher) -> None:
        self.at = at
        self.fetch = fetch
        self.checks: list[Check] = []
        self.kind: FileKind | None = None
        self.token: Token | None = None
        self.document: dict[str, Any] = {}
        self.issuer = ""
        self.facts: Facts | None = None
        self.ours: Ours | None = None
        self.found: list[Verdict] = []  # what was found against it once the signature held

    def report(self, data: bytes) -> Report:
        try:
            self._read(data)
            self._check_form()
            self._check_proof()
            if self.issuer == issuer_did():
                self._check_record()
            self._check_dates()
            self._check_status()
            self._check_issuer()
            verdict = next((verdict for verdict in GRAVEST if verdict in self.found), Verdict.VALID)
        except _Stop as stop:
            verdict = stop.verdict
        return Report(
            verdict=verdict,
            checks=(*self.checks, *self._not_reached()),
            credential=self.facts,
            at=self.at,
            found_in=self.kind,
            ours=self.issuer == issuer_did(),
            is_earlier_edition=self.ours is not None and self.ours.past is not None,
            replaced_by=self.ours.replaced_by if self.ours else None,
        )

    # Before the signature: the first failure ends it ----------------------------------------------------------

    def _read(self, data: bytes) -> None:
        self.kind = kind_of(data)
        if self.kind is None:
            self._fail(Step.FILE, _("This is no PDF, PNG, SVG, JSON file or JWT that could carry a credential."))
        kind = self.kind
        text = self._try(Step.FILE, lambda: open_file(data, kind))
        self._pass(Step.FILE, str(FOUND_IN[kind]))
        self.document = self._try(Step.DOCUMENT, lambda: self._parsed(text))
        self._pass(Step.DOCUMENT, _("It can be read in one way only."))

    def _parsed(self, text: str) -> dict[str, Any]:
        if text.startswith("{"):
            return read_json(text)
        self.token = read_token(text)
        return self.token.credential

    def _check_form(self) -> None:
        document = self.document
        self._try(Step.CONTEXT, lambda: check_known_contexts(document))
        self._pass(Step.CONTEXT, _("Its words are those of Open Badges 3.0."))
        self._try(Step.SCHEMA, lambda: check_official_schema(document))
        self._pass(Step.SCHEMA, _("It follows the official format."))
        self._try(Step.SHAPE, lambda: self._check_shape())
        self._pass(Step.SHAPE, _("It is written plainly: what is signed is what you read."))

    def _check_shape(self) -> None:
        document = self.document
        check_shape(document)
        said_by = document["issuer"]
        self.issuer = said_by["id"] if isinstance(said_by, dict) else said_by
        begins, ends = read_moment(document["validFrom"]), read_moment(document.get("validUntil"))
        if begins is None or ("validUntil" in document and (ends is None or ends < begins)):
            raise CheckFails(_("Its dates cannot be read, or end before they begin."))
        if self.token:
            check_claims(self.token)
        self.facts = facts_of_document(document, issuer=self.issuer, valid_from=begins)

    # The signature --------------------------------------------------------------------------------------------

    def _check_proof(self) -> None:
        token = self.token
        self._try(Step.PROOF, lambda: check_header(token.header) if token else only_proof(self.document))
        try:
            known = keys_of(self.issuer, at=self.at, fetch=self.fetch)
        except (CannotFetch, CannotCheck) as problem:
            self._leave(Step.PROOF, str(problem))
            raise _Stop(Verdict.CANNOT_CHECK_NOW) from None
        except CheckFails as problem:
            self._fail(Step.PROOF, str(problem))
        if self.token:
            holds = signature_holds(self.token, known.keys)
        else:
            holds = proof_stands(self.document, keys=known.keys, at=self.at)
        if not holds:
            self._check(Step.PROOF, Outcome.FAILED, self._why_not())
            raise _Stop(Verdict.ALTERED)
        self._pass(
            Step.PROOF,
            _(
                "The signature holds by the keys that the issuer had within the last day; its server does not answer now."
            )
            if known.stale
            else _("The signature holds: it was made with a key of the issuer, and nothing was changed since."),
        )

    def _why_not(self) -> str:
        """The one sentence. Only of what is ours to the letter more is told: then nobody tried anything."""
        if self.issuer == issuer_did():
            ours = find_ours(self.document, at=self.at)
            if ours and ours.past:
                self.ours, self.facts = ours, facts_of(ours, at=self.at)
                return _(
                    "It is an earlier version, and we no longer trust the key that signed it: ask for the current one."
                )
        return _("The signature does not hold: do not rely on this.")

    def _check_record(self) -> None:
        self.ours = find_ours(self.document, at=self.at)
        if self.ours is None:
            self._check(
                Step.RECORD, Outcome.FAILED, _("It names us as its issuer, but it is not what our records hold.")
            )
            raise _Stop(Verdict.ALTERED)
        self.facts = facts_of(self.ours, at=self.at)
        if not self.ours.sound:
            self._leave(Step.RECORD, _("Our own record of it needs to be looked at first: try again later."))
            raise _Stop(Verdict.CANNOT_CHECK_NOW)
        if self.ours.past:
            self._pass(
                Step.RECORD, _("It is an earlier version of a certificate of ours; the current one is at its address.")
            )
        else:
            self._pass(Step.RECORD, _("It is, word for word, what our records hold."))

    # After the signature: everything is looked at --------------------------------------------------------------

    def _check_dates(self) -> None:
        begins, ends = read_moment(self.document["validFrom"]), read_moment(self.document.get("validUntil"))
        if begins is not None and begins > self.at:
            self._against(Step.DATES, Verdict.NOT_YET_VALID, _("It begins to count at a later date."))
        elif ends is not None and ends <= self.at:
            self._against(
                Step.DATES,
                Verdict.EXPIRED,
                _("This version has run out; the certificate was renewed since, so ask for the current version.")
                if self.ours and self.ours.renewed
                else _("It has run out."),
            )
        else:
            self._pass(Step.DATES, _("It is within its time.") if ends else _("It has begun, and it does not run out."))

    def _check_status(self) -> None:
        if self.ours:
            self._check_own_status(self.ours)
            return
        try:
            standing = standing_of(self.document, issuer=self.issuer, at=self.at, fetch=self.fetch)
        except (CannotFetch, CannotCheck) as problem:
            self._leave(Step.STATUS, str(problem))
            self.found.append(Verdict.CANNOT_CHECK_NOW)
            return
        if standing.revoked:
            self._against(Step.STATUS, Verdict.REVOKED, _("The issuer has revoked it."))
        elif standing.suspended:
            self._against(Step.STATUS, Verdict.SUSPENDED, _("The issuer has suspended it for the time being."))
        elif standing.stale:
            self._pass(
                Step.STATUS,
                _("Within the last day the issuer’s list did not say that it was withdrawn; it cannot be read now."),
            )
        elif standing.known:
            self._pass(Step.STATUS, _("The issuer’s list says that it was not withdrawn."))
        else:
            self._leave(Step.STATUS, _("The issuer keeps no list that would say whether it was withdrawn."))

    def _check_own_status(self, ours: Ours) -> None:
        row = ours.certificate
        if ours.replaced_by:
            self._against(
                Step.STATUS,
                Verdict.REVOKED,
                _("It was replaced by a newer certificate, %(number)s, and only that one counts.")
                % {"number": ours.replaced_by},
            )
        elif row.revoked_at and row.revoked_at <= self.at:
            self._against(Step.STATUS, Verdict.REVOKED, _("We have revoked it."))
        elif ours.withdrawn:
            self._against(
                Step.STATUS, Verdict.REVOKED, _("It was replaced by a newer version: ask for the current one.")
            )
        elif row.suspended_at and row.suspended_at <= self.at:
            self._against(Step.STATUS, Verdict.SUSPENDED, _("We have suspended it for the time being."))
        else:
            self._pass(Step.STATUS, _("It is neither revoked nor suspended: read in our records just now."))

    def _check_issuer(self) -> None:
        if self.issuer == issuer_did():
            self._pass(Step.ISSUER, _("We issued it."))
        elif name := known_as(self.issuer):
            self._pass(Step.ISSUER, _("It was issued by %(name)s, whom we know.") % {"name": name})
        else:
            self._against(
                Step.ISSUER,
                Verdict.UNKNOWN_ISSUER,
                _(
                    "We do not know who is behind the issuer’s identifier, so ask whoever it names whether it is theirs."
                ),
            )

    # Writing down ---------------------------------------------------------------------------------------------

    def _check(self, step: Step, outcome: Outcome, explanation: str) -> None:
        self.checks.append(Check(check=step, outcome=outcome, explanation=explanation))

    def _pass(self, step: Step, explanation: str) -> None:
        self._check(step, Outcome.PASSED, explanation)

    def _leave(self, step: Step, explanation: str) -> None:
        self._check(step, Outcome.NOT_CHECKED, explanation)

    def _against(self, step: Step, verdict: Verdict, explanation: str) -> None:
        self._check(step, Outcome.FAILED, explanation)
        self.found.append(verdict)

    def _fail(self, step: Step, explanation: str) -> NoReturn:
        self._check(step, Outcome.FAILED, explanation)
        raise _Stop(Verdict.MALFORMED)

    def _try[T](self, step: Step, made: Callable[[], T]) -> T:
        try:
            return made()
        except CheckFails as problem:
            self._fail(step, str(problem))

    def _not_reached(self) -> list[Check]:
        reached = {check.check for check in self.checks}
        left = [
            step for step in Step if step not in reached and (step is not Step.RECORD or self.issuer == issuer_did())
        ]
        return [
            Check(
                check=step,
                outcome=Outcome.NOT_CHECKED,
                explanation=_("Not looked at, as an earlier check did not pass."),
            )
            for step in left
        ]
