"""Which request does the stand-in answer with what? The addresses of Stripe's API, and its hosted pages."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

from .books import Books, Refused, Thing

LISTS = {
    "checkout/sessions": "sessions",
    "payment_intents": "payment_intents",
    "charges": "charges",
    "refunds": "refunds",
    "disputes": "disputes",
    "subscriptions": "subscriptions",
    "invoices": "invoices",
    "events": "events",
}


def nested(query: str) -> Thing:
    """`a[b][0][c]=d` as Stripe's library writes it, as dictionaries and lists."""
    tree: Thing = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        first, *rest = re.findall(r"[^\[\]]+", name)
        branch: Any = tree
        keys = [first, *rest]
        for key in keys[:-1]:
            branch = branch.setdefault(key, {})
        branch[keys[-1]] = value

    def listed(branch: Any) -> Any:
        if not isinstance(branch, dict):
            return branch
        grown = {key: listed(value) for key, value in branch.items()}
        if grown and all(key.isdigit() for key in grown):
            return [grown[key] for key in sorted(grown, key=int)]
        return grown

    return dict(listed(tree))


def answer(books: Books, method: str, path: str, asked: Thing) -> Thing:
    """What `method` on `path` (without /v1/) gives. Raises Refused."""
    if path == "account":
        return {"id": "acct_test_stand_in", "object": "account"}
    if method == "POST" and path == "checkout/sessions":
        return books.open_session(asked)
    if method == "POST" and path == "refunds":
        amount = int(asked["amount"]) if asked.get("amount") else None
        return books.refund(asked.get("payment_intent", ""), amount, asked.get("metadata"))
    kind = next((kind for kind in LISTS if path == kind or path.startswith(f"{kind}/")), None)
    if kind is None:
        raise Refused(404, f"Unrecognized request URL ({method}: /v1/{path}).")
    rest = path[len(kind) + 1 :].split("/") if path != kind else []
    if not rest:
        return page(books, kind, asked)
    name = rest[0]
    if kind == "checkout/sessions":
        if rest[1:] == ["expire"]:
            return books.expire(name)
        return books.fresh_session(name)
    if kind == "subscriptions" and method == "POST":
        return books.limit_subscription(name, asked)
    if kind == "subscriptions" and method == "DELETE":
        return books.end_subscription(name)
    return books.find(LISTS[kind], name)


def page(books: Books, kind: str, asked: Thing) -> Thing:
    """One page of a list, newest first."""
    things = list(reversed(books.state[LISTS[kind]].values()))
    for name in ("payment_intent", "type", "status"):
        if asked.get(name):
            things = [thing for thing in things if thing.get(name) == asked[name]]
    if asked.get("subscription"):
        things = [thing for thing in things if _subscription_of(thing) == asked["subscription"]]
    if since := (asked.get("created") or {}).get("gte"):
        things = [thing for thing in things if thing["created"] >= int(since)]
    if after := asked.get("starting_after"):
        place = next(place for place, thing in enumerate(things) if thing["id"] == after)
        things = things[place + 1 :]
    limit = int(asked.get("limit", 10))
    return {"object": "list", "url": f"/v1/{kind}", "data": things[:limit], "has_more": len(things) > limit}


def _subscription_of(thing: Thing) -> str:
    parent = (thing.get("parent") or {}).get("subscription_details") or {}
    return str(parent.get("subscription") or thing.get("subscription") or "")


PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width"></head><body><main><h1>{title}</h1>{body}</main></body></html>"""


def money(thing: Thing, amount: int) -> str:
    return f"{thing['currency'].upper()} {amount / 100:,.2f}"


def pay_page(books: Books, name: str) -> str:
    session = books.fresh_session(name)
    if session["status"] != "open":
        return PAGE.format(title="This page is closed", body="<p>There is nothing to pay here.</p>")
    button = '<p><button name="how" value="{how}">{words}</button></p>'
    body = "<form method='post'>{}{}</form><p><a href='{}'>Back</a></p>".format(
        button.format(how="card", words=f"Pay {money(session, session['amount_total'])}"),
        button.format(how="bank", words="Pay by bank debit"),
        session["cancel_url"],
    )
    return PAGE.format(title="Pay", body=body)


def invoice_page(books: Books, name: str) -> str:
    invoice = books.find("invoices", name)
    if invoice["status"] != "open":
        return PAGE.format(title="Paid", body="<p>Thank you.</p>")
    words = f"Pay {money(invoice, invoice['amount_due'])}"
    return PAGE.format(title="Invoice", body=f"<form method='post'><button>{words}</button></form>")
