"""How is the stand-in started, driven and made to misbehave?"""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from .api import answer, invoice_page, nested, pay_page
from .books import Books, Refused, Thing

Deliver = Callable[[bytes, str], Any]


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    stand_in: StandIn


class StandIn:
    """Speaks Stripe's API at `address`, and tells of what happens through `deliver_to` or by POST to `webhook`.

    With `auto` each event is delivered at once, from a thread; without, it waits for `deliver`.
    """

    def __init__(
        self,
        *,
        webhook: str = "",
        secret: str = "whsec_tests",  # noqa: S107 - nothing real is kept by it
        deliver_to: Deliver | None = None,
        port: int = 0,
    ) -> None:
        self.webhook, self.secret, self.deliver_to = webhook, secret, deliver_to
        self.auto = bool(webhook)
        self.calls: list[tuple[str, str, str]] = []  # method, path, idempotency key
        self.lock = threading.RLock()
        self.books = Books(self._happened)
        self.state = self.books.state
        self._answers: dict[str, tuple[str, int, Thing]] = {}  # by idempotency key
        self._mode, self._delay = "ok", 0.0
        self._lost: Counter[str] = Counter()
        self._waiting: list[str] = []
        self._threads: list[threading.Thread] = []
        self.server = Server(("127.0.0.1", port), Handler)
        self.server.stand_in = self
        self.address = self.books.address = f"http://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self) -> Self:
        self._serving = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._serving.start()
        return self

    def __exit__(self, *problem: object) -> None:
        self.wait_until_delivered()
        self.server.shutdown()
        self.server.server_close()
        self._serving.join(timeout=5)

    # What people do there ------------------------------------------------------------------------------------

    def pay(self, session: str, **how: Any) -> None:
        with self.lock:
            self.books.pay(session, **how)

    def settle(self, session: str, ok: bool = True) -> None:
        with self.lock:
            self.books.settle(session, ok)

    def expire(self, session: str) -> None:
        with self.lock:
            self.books.expire(session)

    def refund(self, name: str, amount: int | None = None) -> str:
        with self.lock:
            return str(self.books.refund(name, amount)["id"])

    def fail_refund(self, name: str) -> None:
        with self.lock:
            self.books.fail_refund(name)

    def dispute(self, name: str, status: str) -> None:
        with self.lock:
            self.books.dispute(name, status)

    def next_invoice(self, subscription: str, ok: bool = True) -> str | None:
        with self.lock:
            return self.books.next_invoice(subscription, ok)

    def pay_invoice(self, invoice: str) -> None:
        with self.lock:
            self.books.pay_invoice(invoice)

    def end_subscription(self, subscription: str) -> None:
        with self.lock:
            self.books.end_subscription(subscription)

    def void_invoice(self, invoice: str) -> None:
        with self.lock:
            self.books.void_invoice(invoice)

    def mark_as_paid(self, invoice: str) -> None:
        with self.lock:
            self.books.mark_as_paid(invoice)

    def forget_keys(self) -> None:
        """A day has gone by: idempotency keys are known no more."""
        with self.lock:
            self._answers.clear()

    # How it misbehaves ---------------------------------------------------------------------------------------

    def mode(self, *, api: str, delay: float = 0.0) -> None:
        """`api` is ok, down (the line is cut), 500, 429, or slow (answers after `delay` seconds)."""
        self._mode, self._delay = api, delay

    def lose_answer_to(self, path: str, times: int = 1) -> None:
        """Do the next POST on this path, and cut the line before answering."""
        self._lost[path] += times

    # What it tells -------------------------------------------------------------------------------------------

    def _happened(self, event: Thing) -> None:
        if not self.auto:
            self._waiting.append(event["id"])
            return
        thread = threading.Thread(target=self._deliver_one, args=(event,), daemon=True)
        self._threads.append(thread)
        thread.start()

    def undelivered(self) -> list[str]:
        """Ids of the events that nobody has been told of, oldest first."""
        with self.lock:
            return list(self._waiting)

    def wait_until_delivered(self) -> None:
        for thread in list(self._threads):
            thread.join(timeout=30)
        self._threads.clear()

    def deliver(
        self,
        events: list[str],
        *,
        times: int = 1,
        parallel: int = 1,
        age: int = 0,
        secret: str = "",
        mutate: tuple[str, str] | None = None,
        account: str = "",
    ) -> list[tuple[str, str, Any]]:
        """Tell of these events, so many times and so many at once. Returns id, type and the answer's status of each."""
        with self.lock:
            told = [self.state["events"][name] for name in events for _again in range(times)]
            self._waiting = [name for name in self._waiting if name not in set(events)]
        how = {"age": age, "secret": secret, "mutate": mutate, "account": account}
        if parallel == 1:
            statuses = [self._deliver_one(event, **how) for event in told]
        else:
            with ThreadPoolExecutor(parallel) as pool:
                statuses = list(pool.map(lambda event: self._deliver_one(event, **how), told))
        return [(event["id"], event["type"], status) for event, status in zip(told, statuses, strict=True)]

    def _deliver_one(
        self,
        event: Thing,
        age: int = 0,
        secret: str = "",
        mutate: tuple[str, str] | None = None,
        account: str = "",
    ) -> Any:
        body = json.dumps(event | ({"account": account} if account else {}), indent=2)
        stamp = int(time.time()) - age
        digest = hmac.new((secret or self.secret).encode(), f"{stamp}.{body}".encode(), hashlib.sha256).hexdigest()
        if mutate:
            body = body.replace(*mutate)
        signature = f"t={stamp},v1={digest}"
        if self.deliver_to:
            return self.deliver_to(body.encode(), signature)
        request = urllib.request.Request(  # noqa: S310 - our own address
            self.webhook,
            body.encode(),
            {"Content-Type": "application/json; charset=utf-8", "Stripe-Signature": signature},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answered:  # noqa: S310
                return answered.status
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code
        except OSError as problem:
            return type(problem).__name__


class Handler(BaseHTTPRequestHandler):
    """One request to the stand-in."""

    protocol_version = "HTTP/1.1"
    server: Server

    def log_message(self, *words: object) -> None:
        return

    def do_GET(self) -> None:
        self._any()

    def do_POST(self) -> None:
        self._any()

    def do_DELETE(self) -> None:
        self._any()

    def _any(self) -> None:
        stand_in, body = self.server.stand_in, self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        if not parts.path.startswith("/v1/"):
            self._page(stand_in, parts.path, body)
            return
        key = self.headers.get("Idempotency-Key") or ""
        stand_in.calls.append((self.command, parts.path, key))
        if stand_in._mode == "slow":
            time.sleep(stand_in._delay)
        if stand_in._mode == "down":
            self._cut()
            return
        if stand_in._mode in {"500", "429"}:
            self._json(int(stand_in._mode), {"error": {"type": "api_error", "message": "not now"}})
            return
        if not self.headers.get("Authorization", "").startswith("Bearer sk_test_"):
            self._json(401, {"error": {"type": "invalid_request_error", "message": "Invalid API Key provided"}})
            return
        query = parts.query if self.command == "GET" else body.decode()
        print_of_it = hashlib.sha256(parts.path.encode() + body).hexdigest()
        with stand_in.lock:
            before = stand_in._answers.get(key) if key and self.command == "POST" else None
            if before and before[0] != print_of_it:
                words = "Keys for idempotent requests can only be used with the same parameters."
                status, told = 400, {"error": {"type": "idempotency_error", "message": words}}
            elif before:
                status, told = before[1:]
            else:
                try:
                    status, told = 200, answer(stand_in.books, self.command, parts.path[4:], nested(query))
                except Refused as refused:
                    status, told = refused.status, refused.body
                told = json.loads(json.dumps(told))
                if key and self.command == "POST":
                    stand_in._answers[key] = (print_of_it, status, told)
            lost = self.command == "POST" and stand_in._lost[parts.path] > 0
            stand_in._lost[parts.path] -= lost
        if lost:
            self._cut()
        else:
            self._json(status, told)

    def _page(self, stand_in: StandIn, path: str, body: bytes) -> None:
        try:
            with stand_in.lock:
                kind, name = path.strip("/").split("/")
                if self.command == "POST" and kind == "pay":
                    session = stand_in.books.fresh_session(name)
                    how = parse_qs(body.decode()).get("how", ["card"])[0]
                    stand_in.books.pay(name, asynchronous=how == "bank")
                    self._send(303, b"", {"Location": session["success_url"].replace("{CHECKOUT_SESSION_ID}", name)})
                    return
                if self.command == "POST":
                    stand_in.books.pay_invoice(name)
                page = pay_page(stand_in.books, name) if kind == "pay" else invoice_page(stand_in.books, name)
        except (Refused, ValueError):
            self._send(204, b"", {})
            return
        self._send(200, page.encode(), {"Content-Type": "text/html; charset=utf-8"})

    def _json(self, status: int, told: Thing) -> None:
        self._send(status, json.dumps(told).encode(), {"Content-Type": "application/json", "Request-Id": "req_test"})

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _cut(self) -> None:
        self.close_connection = True
        self.connection.close()
