"""How does a certificate come to be? Nothing else creates one.

In one transaction under the enrolment's lock: the rules are asked again, the basis and every printed word are copied, a
number and a status index are allocated, the credential is signed and checked against the official schema and our own
verifier, and the history is written. Mail goes out after the commit.
"""

import hashlib
import json
import unicodedata
import uuid
from datetime import UTC, datetime
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from cms.accounts import history
from cms.accounts.academy import AcademySettings
from cms.accounts.models import User
from cms.accounts.typesetting.glyphs import unprintable_characters
from courses.models import CredentialKind, Enrolment

from . import snapshots
from .credential_tokens import make_token_if_we_can
from .designs import design_for
from .documents import Award, EvidenceSummary, Result, check_schema, credential_for, unsafe_text
from .eligibility import Verdict, verdict_on
from .issuer import achievement_id, credential_id, issuer_did, issuer_url, status_list_url
from .log.appending import log_change
from .measuring import results_of
from .models import Case, Certificate, Outcome, RequirementSet, StatusPurpose, WatchChange
from .numbers import new_number
from .proofs import add_proof, proof_holds, raw_public_key
from .signing import active_signer
from .status import allocate_index, build_list
from .watching import note_change

ACHIEVEMENT_TYPES = {
    CredentialKind.COMPLETION: "CertificateOfCompletion",
    CredentialKind.ASSESSMENT: "Certificate",
    CredentialKind.CERTIFICATION: "Certification",
}
RESULT_TYPES = {"score": "Percent", "hours": "ext:hours"}
LONGEST_NAME = 60  # characters: what fits the sheet


class NotEligible(Exception):
    """Requirements are missing. `missing` are the sentences of what is not met yet."""

    def __init__(self, verdict: Verdict | None) -> None:
        self.missing = [f"{finding.title}: {finding.sentence}" for finding in verdict.missing] if verdict else []
        super().__init__(
            _("Not every requirement is met yet.")
            if verdict
            else _("This programme has no published requirements yet.")
        )


class CannotIssue(Exception):
    """The certificate cannot be made as asked; the message is fit for the person."""


def check_name(name: str) -> str:
    """The name as it will be printed, in composed letters. Raises CannotIssue when it cannot be signed or printed safely."""
    name = " ".join(part for part in unicodedata.normalize("NFC", name).split(" ") if part)
    if problem := unsafe_text(name, longest=LONGEST_NAME):
        raise CannotIssue(problem)
    if unknown := unprintable_characters(name):
        raise CannotIssue(
            _("Our typefaces have no %(characters)s. Please write the name another way.")
            % {"characters": ", ".join(unknown)}
        )
    return name


def refuse_after_revocation(enrolment: Enrolment) -> None:
    """Raises CannotIssue when a certificate of this enrolment was revoked: that is final, unless an appeal said otherwise."""
    fell = Case.objects.filter(certificate=OuterRef("pk"), outcome=Outcome.REVOKE, appeal__upheld=False)
    if enrolment.certificates.filter(~Exists(fell), revoked_at__isnull=False).exists():
        raise CannotIssue(_("A certificate of this enrolment was revoked. A new one needs a new enrolment."))


@transaction.atomic
def issue_certificate(
    *,
    enrolment: Enrolment,
    holder_name: str,
    confirmed_by: User | None,
    at: datetime,
    asked_at: datetime | None = None,
) -> Certificate:
    """Issue what the learner has earned. Repeating returns the certificate that stands.

    `confirmed_by` is the registrar for a certification, None where issuing is automatic. `asked_at`, where given, is when
    the learner asked: no day grows too old while a registrar looks at it. Raises NotEligible with what is
    missing, CannotIssue for a name or a decision that cannot be, CannotSign when no key is active.
    """
    holder_name = check_name(holder_name)
    # The enrolment's row is the lock: issuing for one learner and programme happens one at a time.
    enrolment = (
        Enrolment.objects.select_for_update(of=("self",)).select_related("programme", "learner").get(pk=enrolment.pk)
    )
    if standing := enrolment.certificates.filter(revoked_at=None, superseded_at=None).first():
        return standing
    refuse_after_revocation(enrolment)
    verdict = verdict_on(enrolment, at=asked_at or at)
    if verdict is None or not verdict.met:
        raise NotEligible(verdict)
    rules = verdict.requirement_set
    if rules.kind == CredentialKind.CERTIFICATION and confirmed_by is None:
        raise CannotIssue(_("A certification is confirmed by a registrar."))
    if confirmed_by is not None and confirmed_by.pk == enrolment.learner_id:
        raise CannotIssue(_("Nobody confirms their own certificate."))
    certificate = Certificate(
        evaluated=snapshots.kept(verdict),
        enrolment=enrolment,
        requirement_set=rules,
        holder=enrolment.learner,
        holder_name=holder_name,
        kind=rules.kind,
        title=rules.title,
        programme_title=rules.programme_title,
        requirements_version=rules.version,
        rules_are_example=rules.is_example,
        basis=verdict.basis(),
        facts=verdict.facts(),
        results=results_of(verdict.record),
        design=design_for(enrolment.programme_id),
        confirmed_by=confirmed_by,
        issued_at=at,
        awarded_on=at.astimezone(UTC).date(),
        valid_until=None if rules.valid_years is None else years_later(at, rules.valid_years),
    )
    # It exists only if what is kept of its basis meets the rules when it is read again.
    if not snapshots.still_met(certificate):
        raise CannotIssue(_("The basis does not meet the rules when it is read again. Nothing was issued; try again."))
    certificate = _signed(certificate, rules)
    record_edition(certificate, "certificate.issued", confirmed_by, at)
    _tell_holder(certificate)
    return certificate


@transaction.atomic
def replace_certificate(*, certificate: Certificate, holder_name: str, by: User, at: datetime) -> Certificate:
    """Issue the same award under a new name; the old certificate is superseded and its name no longer shown.

    Award date, basis and end stay as they were. Repeating with the same name returns the replacement. Raises CannotIssue
    for a revoked certificate, one already replaced under another name, one's own, or a name that cannot be printed.
    """
    holder_name = check_name(holder_name)
    history.lock("certificates")  # before the certificate, as whoever changes one does
    old = Certificate.objects.select_for_update(of=("self",)).select_related(
        "enrolment", "requirement_set", "holder", "status_list"
    ).get(pk=certificate.pk)  # fmt: skip
    if old.superseded_at:
        newer = old.replaced_by
        if newer.holder_name == holder_name:
            return newer
        raise CannotIssue(_("This certificate was replaced already. Change the newer one."))
    if old.revoked_at:
        raise CannotIssue(_("This certificate is revoked and cannot be replaced."))
    if old.holder_id == by.pk:
        raise CannotIssue(_("This is your own certificate. Somebody else replaces it."))
    if old.valid_until and old.valid_until <= at:
        raise CannotIssue(_("This certificate has run out, and a replacement would run out with it. Renew it first."))
    old.superseded_at = at
    old.save(update_fields=["superseded_at"])
    new = _signed(
        Certificate(
            **{
                name: getattr(old, name)
                for name in (
                    "enrolment", "requirement_set", "holder", "kind", "title", "programme_title", "requirements_version",
                    "rules_are_example", "basis", "facts", "results", "evaluated", "design", "awarded_on", "valid_until",
                    "shows_name", "shows_scores", "shows_hours", "suspended_at", "suspension_reason",
                )
            },
            replaces=old,
            holder_name=holder_name,
            confirmed_by=by,
            issued_at=at,
        ),
        old.requirement_set,
    )  # fmt: skip
    record_edition(new, "certificate.replaced", by, at, replaces=old.number)
    _tell_holder(new)
    build_list(status_list=old.status_list, at=at)
    note_change(certificate=old, change=WatchChange.REPLACED, at=at, by=by, newer=new)
    return new


def _signed(certificate: Certificate, rules: RequirementSet) -> Certificate:
    """Number, index, signature: completes the row and saves it."""
    academy = AcademySettings.load()
    try:
        academy.clean()
    except ValidationError as problem:
        raise CannotIssue(
            _("The academy’s settings have words that no certificate can carry. ") + " ".join(problem.messages)
        ) from None
    certificate.public_id = uuid.uuid4()
    certificate.number = new_number()
    certificate.issuer_name, certificate.issuer_did = academy.name, issuer_did()
    certificate.registrar_name = academy.registrar_name
    certificate.status_list, certificate.status_index = allocate_index()
    if rules.suspendable:
        certificate.suspension_list, certificate.suspension_index = allocate_index(StatusPurpose.SUSPENSION)
    certificate.signed_at = certificate.issued_at
    put_signature(certificate, rules, subject_id=f"urn:uuid:{uuid.uuid4()}")
    certificate.save(force_insert=True)
    make_token_if_we_can(certificate=certificate, at=certificate.issued_at)
    if certificate.status_list.built_at is None:
        build_list(status_list=certificate.status_list, at=certificate.issued_at)
    suspensions = certificate.suspension_list
    # A replacement takes the suspension of the one before it along, to a place of its own.
    if suspensions and (suspensions.built_at is None or certificate.suspended_at):
        certificate.suspension_list = build_list(status_list=suspensions, at=certificate.issued_at)
    return certificate


def put_signature(certificate: Certificate, rules: RequirementSet, *, subject_id: str) -> None:
    """Sign what the row says now, and put credential, digest and key on it. Saves nothing.

    Raises CannotSign when no key is active, and CannotIssue when what was signed does not hold.
    """
    signer = active_signer()
    certificate.signing_key = signer.key
    document = add_proof(
        credential_for(_award(certificate, rules, subject_id)),
        verification_method=signer.key.kid,
        sign=signer.sign,
        created=certificate.signed_at,
    )
    check_schema(document)
    if not proof_holds(document, public_key=raw_public_key(signer.key.public_multibase)):
        raise CannotIssue(_("The signature did not hold when we checked it. Nothing was issued; try again."))
    certificate.credential = json.dumps(document, ensure_ascii=False, indent=2)
    certificate.credential_digest = hashlib.sha256(certificate.credential.encode()).hexdigest()


def shown_results(certificate: Certificate) -> list[dict[str, str]]:
    """What was measured and the holder agreed to show: scores, hours, both or nothing."""
    shown = {"score": certificate.shows_scores, "hours": certificate.shows_hours}
    return [result for result in certificate.results if shown[result["measure"]]]


def valid_from(certificate: Certificate) -> datetime:
    """When this edition begins: as it was signed; for what had run out by then, at its end, as it never holds again."""
    until = certificate.valid_until
    return min(certificate.signed_at, until) if until else certificate.signed_at


def _award(certificate: Certificate, rules: RequirementSet, subject_id: str) -> Award:
    criteria = _("Every requirement of %(set)s of the programme %(programme)s was met.") % {
        "set": (_("the example rule set %(version)s") if rules.is_example else _("the rule set %(version)s"))
        % {"version": rules.version},
        "programme": rules.programme_title,
    }
    awarded = datetime.combine(certificate.awarded_on, datetime.min.time(), tzinfo=UTC)
    return Award(
        credential_id=credential_id(certificate.public_id),
        subject_id=subject_id,
        holder_name=certificate.holder_name if certificate.shows_name else None,
        issuer_did=certificate.issuer_did,
        issuer_name=certificate.issuer_name,
        issuer_url=issuer_url(),
        achievement_id=achievement_id(rules),
        achievement_name=certificate.title,
        achievement_description=rules.description,
        achievement_type=ACHIEVEMENT_TYPES[CredentialKind(certificate.kind)],  # type: ignore[arg-type]
        criteria_narrative=criteria,
        criteria_url=None,
        number=certificate.number,
        version=rules.version,
        valid_from=valid_from(certificate),
        awarded_on=awarded,
        valid_until=certificate.valid_until,
        results=[
            Result(
                name=result["name"],
                result_type=RESULT_TYPES[result["measure"]],
                value=result["value"],
                minimum=result.get("minimum"),
                maximum=result.get("maximum"),
                required=result.get("required"),
            )
            for result in shown_results(certificate)
        ],
        evidence=[EvidenceSummary(name=line["requirement"], narrative=line["summary"]) for line in certificate.basis],
        status_list_url=status_list_url(certificate.status_list),
        status_index=certificate.status_index,
        suspension_list_url=status_list_url(certificate.suspension_list) if certificate.suspension_list else None,
        suspension_index=certificate.suspension_index,
    )


# Everything on a row that changes only with an edition. What the signed credential does not say, such as the registrar's
# name, is held by the digest of all of it in history.
FROZEN = (
    "public_id", "number", "enrolment_id", "requirement_set_id", "holder_id", "holder_name", "kind", "title",
    "programme_title", "requirements_version", "rules_are_example", "basis", "facts", "results", "issuer_name", "issuer_did",
    "registrar_name", "design_id", "confirmed_by_id", "issued_at", "awarded_on", "valid_until", "signing_key_id",
    "status_list_id", "status_index", "suspension_list_id", "suspension_index", "credential_digest", "replaces_id",
    "shows_name", "shows_scores", "shows_hours", "edition", "signed_at",
)  # fmt: skip


def row_digest(certificate: Certificate) -> str:
    """SHA-256 over everything that was frozen when this edition was signed, in hexadecimal."""
    said = [_frozen(getattr(certificate, name)) for name in FROZEN]
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _frozen(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value if value is None or isinstance(value, (bool, int, list)) else str(value)


def years_later(at: datetime, years: int) -> datetime:
    """The same day and hour so many years on."""
    try:
        return at.replace(year=at.year + years)
    except ValueError:  # 29 February: the certificate runs to the first of March
        return at.replace(year=at.year + years, month=3, day=1)


def record_edition(certificate: Certificate, verb: str, by: User | None, at: datetime, **facts: str) -> None:
    """Write down the edition that the certificate is now, with the digests that hold it, in history and in the public log."""
    entry = history.record(
        chain="certificates",
        verb=verb,
        subject=history.name_of(certificate),
        actor=by,
        at=at,
        facts={
            "number": certificate.number,
            "digest": certificate.credential_digest,
            "row": row_digest(certificate),
            "evaluated": snapshots.digest_of(certificate.evaluated),
            **facts,
        },
    )
    log_change(certificate=certificate, entry=entry)


def _tell_holder(certificate: Certificate) -> None:
    from .tasks import print_paper, tell_holder

    transaction.on_commit(partial(tell_holder.enqueue, certificate.pk))
    transaction.on_commit(partial(print_paper.enqueue, certificate.pk))
