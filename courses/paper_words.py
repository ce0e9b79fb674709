"""How are the frozen words of a paper about money laid out?"""

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cms.accounts.templatetags.look import money

from .models import MoneyPaper, PaperKind
from .papers import Words
from .printing import PrintedPaper

MINUS = "\N{MINUS SIGN}"


def printed(paper: MoneyPaper) -> PrintedPaper:
    """The paper as it is printed: its own words, and of an invoice whether it still asks for something."""
    words: Words = paper.words
    issued_on = timezone.localtime(paper.issued_at).date()
    return PrintedPaper(
        kind_label=str(PaperKind(paper.kind).label),
        reference=paper.reference,
        issued_on=issued_on,
        issued_words=date_format(issued_on, "j F Y"),
        issuer_name=words["issuer"],
        issuer_address=_lines(words["issuer_address"]),
        issuer_tax_number=words["issuer_tax_number"],
        payer_name=words["payer"],
        payer_address=_lines(words["payer_address"]),
        payer_tax_number=words["payer_tax_number"],
        lines=tuple(
            (line["what"], line["quantity"], _amount(line["amount_minor"], paper.currency)) for line in words["lines"]
        ),
        total_label={"INV": _("To pay"), "RCT": _("Paid"), "CRN": _("Given back")}[paper.kind],
        total=money(paper.total_minor, paper.currency),
        extra=_tax(words, paper.currency),
        notes=(*words["notes"], *_standing(paper)),
        bank_details=_lines(words["bank_details"]) if paper.kind == PaperKind.INVOICE and not paper.closed_at else (),
        date_label=_("Date"),
        from_label=_("From"),
        to_label=_("To"),
        what_label=_("For"),
        quantity_label=_("Number"),
        amount_label=_("Amount"),
        bank_label=_("Where to pay"),
        tax_number_label=_("Tax number"),
    )


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _amount(amount_minor: int, currency: str) -> str:
    return f"{MINUS if amount_minor < 0 else ''}{money(abs(amount_minor), currency)}"


def _tax(words: Words, currency: str) -> tuple[tuple[str, str], ...]:
    """What of the total is tax. Nothing is said where none is."""
    if not words["tax_minor"]:
        return ()
    name = words["tax_name"] or _("Tax")
    label = _("%(tax)s contained") % {"tax": name}
    if words["tax_percent"]:
        label = _("%(tax)s contained, %(percent)s %%") % {"tax": name, "percent": words["tax_percent"]}
    return ((label, money(words["tax_minor"], currency)),)


def _standing(paper: MoneyPaper) -> list[str]:
    """What an invoice asks for now."""
    if paper.kind != PaperKind.INVOICE:
        return []
    if paper.closed_at is None:
        return [_("Give %(reference)s with your transfer.") % {"reference": paper.reference}]
    day = date_format(timezone.localtime(paper.closed_at), "j F Y")
    if paper.order.cancelled_at is not None:
        return [_("Cancelled on %(day)s. There is nothing to pay.") % {"day": day}]
    return [_("Paid on %(day)s. Thank you.") % {"day": day}]
