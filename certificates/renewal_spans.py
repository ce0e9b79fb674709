"""Where is a certificate between two ends? The span it is in, the terms that hold for it, and which door is open.

A span of learning begins with the award, or on the day on which the last renewal was asked for; a certificate under another
name goes on with the span of the one before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from assessments.mentors import today_of

from .issuing import years_later
from .models import Certificate, Renewal, RenewalPhase, RenewalTerms
from .renewal_terms import terms_for


@dataclass(frozen=True, kw_only=True)
class Span:
    """The stretch between two ends that a certificate is in, and the terms that hold for it."""

    terms: RenewalTerms
    before: Renewal | None  # the renewal that began it
    begins_on: date  # from when learning counts
    until: datetime  # the end of the certificate
    years: int  # that a renewal adds

    @property
    def opens_at(self) -> datetime:
        return self.until - timedelta(days=self.terms.window_days)

    @property
    def grace_until(self) -> datetime:
        return self.until + timedelta(days=self.terms.grace_days)

    @property
    def over_at(self) -> datetime:
        """When nothing is open any more."""
        return self.grace_until + timedelta(days=self.terms.reinstatement_days)

    def phase(self, at: datetime) -> RenewalPhase:
        if at < self.opens_at:
            return RenewalPhase.EARLY
        if at < self.until:
            return RenewalPhase.WINDOW
        if at < self.grace_until:
            return RenewalPhase.GRACE
        return RenewalPhase.LAPSED if at < self.over_at else RenewalPhase.OVER

    def credits_needed(self, phase: RenewalPhase) -> int:
        """In credits: more once it has lapsed."""
        more = self.terms.reinstatement_credits if phase in {RenewalPhase.LAPSED, RenewalPhase.OVER} else 0
        return self.terms.credits + more

    def next_end(self, phase: RenewalPhase, *, at: datetime) -> datetime:
        """The end after a renewal: a cycle after the old end, or after the day of a reinstatement."""
        return years_later(at if phase is RenewalPhase.LAPSED else self.until, self.years)


def span_of(certificate: Certificate) -> Span | None:
    """The span that a certificate is in; None for one that never ends, or has no terms. Five queries at most."""
    if certificate.valid_until is None:
        return None
    before = last_renewal(certificate)
    terms = terms_for(certificate, before=before)
    if terms is None:
        return None
    years = terms.cycle_years or certificate.requirement_set.valid_years
    if years is None:
        return None
    begins_on = today_of(certificate.holder, before.asked_at) if before else certificate.awarded_on
    return Span(terms=terms, before=before, begins_on=begins_on, until=certificate.valid_until, years=years)


def last_renewal(certificate: Certificate) -> Renewal | None:
    """The newest confirmed renewal of this award, also under an earlier name: one query."""
    renewals = Renewal.objects.filter(certificate__enrolment=certificate.enrolment_id, to_until__isnull=False)
    return renewals.order_by("-from_until", "-pk").first()
