"""How is an invoice, a receipt or a credit note printed?

As A4 sheets in a PDF that archives (PDF/A-3a) and that a screen reader can read (PDF/UA-1). Pure: the same words always
give the same bytes. A receipt is available for ever, so a letter that none of our faces draws does not stop it: it is
printed as the sign for a missing letter.
"""

from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

from cms.accounts.typesetting.glyphs import drawable
from cms.accounts.typesetting.press import press

SHEET = Path(__file__).parent / "sheet" / "paper.typ"


@dataclass(frozen=True, kw_only=True)
class PrintedPaper:
    """The words on one paper. Amounts come as people read them."""

    kind_label: str
    reference: str
    issued_on: date
    issued_words: str
    issuer_name: str
    issuer_address: tuple[str, ...] = ()
    issuer_tax_number: str = ""
    payer_name: str
    payer_address: tuple[str, ...] = ()
    payer_tax_number: str = ""
    lines: tuple[tuple[str, int, str], ...]  # what, how many, amount
    total_label: str
    total: str
    extra: tuple[tuple[str, str], ...] = ()  # below the total: label and amount, such as the tax contained
    notes: tuple[str, ...] = ()
    bank_details: tuple[str, ...] = ()
    # The words around them.
    date_label: str = "Date"
    from_label: str = "From"
    to_label: str = "To"
    what_label: str = "For"
    quantity_label: str = "Number"
    amount_label: str = "Amount"
    bank_label: str = "Where to pay"
    tax_number_label: str = "Tax number"
    language: str = "en"


def render_paper(printed: PrintedPaper) -> bytes:
    """The paper as a PDF. Repeating it gives the same bytes."""
    words = asdict(printed)
    on = printed.issued_on
    words["issued_on"] = [on.year, on.month, on.day]
    return press(SHEET, words=drawable(words), at=datetime.combine(on, time(), tzinfo=UTC))  # type: ignore[arg-type]
