"""Which words may a shift be described with? Closed lists, so that it can be counted and never names anybody.

Source: domain.md §4d, what the best logbooks record, each in part.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ShiftRole(models.TextChoices):
    """What the learner did that day (domain.md §4: shadow, assist, lead under mentorship, cover)."""

    OBSERVE = "OBSERVE", _("Observe")
    ASSIST = "ASSIST", _("Assist")
    LEAD = "LEAD", _("Lead, under mentorship")
    COVER = "COVER", _("Cover")  # worked as the coordinator that day, and was paid as one


class Medium(models.TextChoices):
    FEATURE = "FEATURE", _("Feature film")
    SERIES = "SERIES", _("Series")
    SHORT = "SHORT", _("Short film")
    COMMERCIAL = "COMMERCIAL", _("Commercial or music video")
    THEATRE = "THEATRE", _("Theatre")
    STUDENT = "STUDENT", _("Student production")


class Region(models.TextChoices):
    """Where it was made, no finer than the areas that unions and registries work in."""

    UK_IRELAND = "UK_IRELAND", _("United Kingdom and Ireland")
    US = "US", _("United States")
    CANADA = "CANADA", _("Canada")
    EUROPE = "EUROPE", _("Elsewhere in Europe")
    AUSTRALASIA = "AUSTRALASIA", _("Australia and New Zealand")
    AFRICA = "AFRICA", _("Africa")
    ASIA = "ASIA", _("Asia")
    LATIN_AMERICA = "LATIN_AMERICA", _("Latin America and the Caribbean")


class Union(models.TextChoices):
    """Whether the production worked under a union's agreement: registries count such days apart (domain.md §2)."""

    UNION = "UNION", _("Under a union agreement")
    NON_UNION = "NON_UNION", _("Not under one")
    UNKNOWN = "UNKNOWN", _("I do not know")


class Phase(models.TextChoices):
    PREP = "PREP", _("Preparation")
    REHEARSAL = "REHEARSAL", _("Rehearsal")
    SHOOT = "SHOOT", _("Shoot")
    POST = "POST", _("Edit or sound")
    CLOSURE = "CLOSURE", _("Closure")


class Scene(models.TextChoices):
    """Scene types as controlled tags, counted and never described (domain.md §4d)."""

    KISS = "KISS", _("Kiss")
    PARTIAL_NUDITY = "PARTIAL_NUDITY", _("Partial nudity")
    NUDITY = "NUDITY", _("Full nudity")
    SIMULATED_SEX = "SIMULATED_SEX", _("Simulated sex")
    SEXUAL_VIOLENCE = "SEXUAL_VIOLENCE", _("Sexual violence, simulated")
    EXPOSED = "EXPOSED", _("Exposed, not sexual (birth, medical)")
    FAMILY = "FAMILY", _("Familial touch with a minor")
    NO_CONTACT = "NO_CONTACT", _("Intimacy without contact")


class Duty(models.TextChoices):
    BREAKDOWN = "BREAKDOWN", _("Script breakdown")
    CHECK_INS = "CHECK_INS", _("One-to-one check-ins")
    RIDERS = "RIDERS", _("Rider check")
    GARMENTS = "GARMENTS", _("Garments")
    BRIEFING = "BRIEFING", _("Closed-set briefing")
    MONITOR = "MONITOR", _("Monitor control")
    CHOREOGRAPHY = "CHOREOGRAPHY", _("Choreography")
    CLOSURE = "CLOSURE", _("Stepping out")
    REPORT = "REPORT", _("Daily report")


class Competency(models.TextChoices):
    """What a mentor judges on the card. What a learner claims is finer: `assessments.competencies`."""

    TALKS = "TALKS", _("Talks with performers")
    CLOSED_SET = "CLOSED_SET", _("Running the closed set")
    DIRECTOR = "DIRECTOR", _("Working with the director")


class Level(models.TextChoices):
    """The rubric, in words."""

    OBSERVED = "OBSERVED", _("Observed")
    ASSISTED = "ASSISTED", _("Assisted")
    LED = "LED", _("Led with support")
    INDEPENDENT = "INDEPENDENT", _("Independent")
