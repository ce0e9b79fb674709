"""`python -m tests.stripe_stand_in`: for trying payments by hand beside the demo."""

import argparse
import time

from .stand_in import StandIn

parser = argparse.ArgumentParser(description="A stand-in for the payment service, on this machine only.")
parser.add_argument("--port", type=int, default=8421)
parser.add_argument("--webhook", default="http://127.0.0.1:8000/payments/stripe/webhook/")
parser.add_argument("--secret", default="whsec_demo")
wanted = parser.parse_args()
with StandIn(webhook=wanted.webhook, secret=wanted.secret, port=wanted.port) as stand_in:
    print(f"STRIPE_SECRET_KEY=sk_test_demo STRIPE_WEBHOOK_SECRET={wanted.secret} STRIPE_API_BASE={stand_in.address}")  # noqa: T201
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        pass
