"""`manage.py demo`: the whole product on a fresh machine, by one command."""

import os
import shutil
import signal
import subprocess
import sys
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from certificates.models import KeyAlgorithm
from certificates.signing import CannotSign, activate_key, active_signer, stage_key
from certificates.status import build_lists
from cms.accounts.passwords import DEMO_PASSWORD
from cms.demo.facts import demo_facts


class Command(BaseCommand):
    help = "Makes the demo academy where there is none, then serves it with its background worker until Ctrl-C."
    requires_system_checks: list[str] = []  # done by the suite; here they cost a second

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="where to serve (8000)")
        parser.add_argument("--fresh", action="store_true", help="throw the demo database away first")
        parser.add_argument("--yes", action="store_true", help="answers the question that --fresh asks")
        parser.add_argument("--no-serve", action="store_true", help="everything but serving")

    def handle(self, *args: Any, port: int, fresh: bool, yes: bool, no_serve: bool, **options: Any) -> None:
        if fresh:
            self.throw_away(yes=yes)
        self.prepare()
        self.print_facts(port)
        if not no_serve:
            self.serve(port)

    def throw_away(self, *, yes: bool) -> None:
        """Delete the demo's database, mail and media. Only ever a SQLite file: anything else is somebody's server."""
        if connection.vendor != "sqlite":
            raise CommandError("--fresh deletes the demo’s SQLite file only. Empty this database yourself.")
        if not yes:
            answer = input("This deletes the demo database and everything made in it. Type yes to go on: ")
            if answer.strip().lower() != "yes":
                raise CommandError("Nothing was deleted.")
        path = str(settings.DATABASES["default"]["NAME"])
        connection.close()
        for name in (path, f"{path}-wal", f"{path}-shm"):
            if os.path.exists(name):  # noqa: PTH110
                os.remove(name)  # noqa: PTH107
        for folder in (settings.DEMO_MAIL_DIR, settings.MEDIA_ROOT, settings.PRIVATE_ROOT):
            shutil.rmtree(folder, ignore_errors=True)

    def prepare(self) -> None:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.say("Making the database …")
            call_command("migrate", verbosity=0, interactive=False)
            call_command("createcachetable")
        settings.DEMO_MAIL_DIR.mkdir(parents=True, exist_ok=True)
        from cms.demo.seed import is_seeded, seed

        if not is_seeded():
            seed(now=timezone.now(), progress=lambda line: self.say(f"Making {line} …"))
        self.sign_for_this_address()

    def sign_for_this_address(self) -> None:
        """A key for the present address: it is part of an issuer’s name, so another port is another issuer."""
        for algorithm in KeyAlgorithm:
            try:
                active_signer(algorithm)
            except CannotSign:
                at = timezone.now()
                activate_key(key=stage_key(by=None, at=at, algorithm=algorithm), by=None, at=at, now=True)
                if algorithm == KeyAlgorithm.ED25519:
                    self.say(
                        f"This demo was made for another address than {settings.BASE_URL}. Its certificates keep the one "
                        "they were signed for, so other verifiers look for us there. --fresh makes everything anew for "
                        "this address."
                    )
        build_lists(at=timezone.now())

    def print_facts(self, port: int) -> None:
        facts = demo_facts()
        here = f"http://127.0.0.1:{port}"
        self.say(f"\nClosed Set Academy, a demonstration: {here}/\n")
        self.say(f"Sign in at {here}/accounts/login/ with the password {DEMO_PASSWORD}")
        for account in facts["accounts"]:
            self.say(f"  {account['email']:<24} {account['about']}")
        self.say(f"\nCertificates to check at {here}/verify/")
        for status, number in facts["certificates"].items():
            self.say(f"  {number:<24} {status}")
        self.say(f"\nMail the demo would have sent: {here}/demo/mail/")
        self.say(f"The desk and the editors’ admin: {here}/admin/\n")

    def serve(self, port: int) -> None:
        from waitress import create_server

        from cms.wsgi import application

        try:
            server = create_server(application, host="127.0.0.1", port=port, threads=8, ident=None)
        except OSError as problem:
            raise CommandError(
                f"Port {port} cannot be used ({problem.strerror or problem}). Try another: --port {port + 1}"
            ) from None
        helpers = [self.start("db_worker", "--interval", "1"), self.start("crontask", "--no-heartbeat")]

        def stop(number: int, frame: object) -> None:
            raise KeyboardInterrupt

        signal.signal(signal.SIGTERM, stop)
        self.say(f"Serving {settings.BASE_URL}/ on 127.0.0.1:{port}. Ctrl-C ends it.")
        try:
            server.run()
        except KeyboardInterrupt:
            pass
        finally:
            server.close()
            self.end(helpers)
            self.say("\nEnded. Everything is kept for the next time.")

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """The worker or the scheduler, beside us."""
        return subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, str(settings.BASE_DIR / "manage.py"), *command],
            env=os.environ | {"DEMO": "on"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL if command[0] == "crontask" else None,
            start_new_session=True,  # Ctrl-C reaches us, and we end it
        )

    def end(self, helpers: list[subprocess.Popen[bytes]]) -> None:
        for helper in helpers:
            helper.terminate()
        for helper in helpers:
            try:
                helper.wait(timeout=5)
            except subprocess.TimeoutExpired:
                helper.kill()

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
