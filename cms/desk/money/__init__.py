"""The registrar's desk, as far as it is about money: prices, orders, refunds, the ledger, and what needs a person."""
