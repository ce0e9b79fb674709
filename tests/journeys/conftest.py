"""What a journey needs: Debian's Chromium, a running site, and a strict eye on every screen."""

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

# Playwright keeps an event loop in the test's thread; Django would take our set-up for code inside it.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
LEFT_OUT = "Browser journeys were left out: no Chromium here (install Debian's chromium, or set CHROMIUM)."
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if CHROMIUM:
        return
    if os.environ.get("CI"):
        raise pytest.UsageError(LEFT_OUT)
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.skip(reason=LEFT_OUT))


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict:
    return {"executable_path": CHROMIUM, "args": FLAGS, "headless": True}


@dataclass
class Watched:
    """A person at a browser, whose every screen is looked at: axe, console, foreign hosts, width."""

    context: BrowserContext
    page: Page
    base: str
    faults: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    hosts: set[str] = field(default_factory=set)  # that may be asked: ours, and where a journey goes to pay

    def goto(self, path: str) -> None:
        self.page.goto(path if path.startswith("http") else self.base + path)
        self.look()

    def click(self, name: str | re.Pattern[str], role: str = "button", exact: bool = False) -> None:
        """Click a button or link by its words, then look at where it leads."""
        with self.page.expect_navigation():
            self.page.get_by_role(role, name=name, exact=exact).first.click()
        self.look()

    def follow(self, name: str | re.Pattern[str], exact: bool = False) -> None:
        self.click(name, role="link", exact=exact)

    def sees(self, text: str | re.Pattern[str]) -> None:
        expect(self.page.locator("body")).to_contain_text(text)

    def heading(self, text: str | re.Pattern[str]) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(text)

    def look(self) -> None:
        """Check the screen as it is now. Each address is held against the axe rules once."""
        where = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|CS-[0-9A-Z-]+|\d+|token/[^/]+", "…", urlsplit(self.page.url).path)
        if where in self.seen or where.startswith("/admin/"):
            return
        self.seen.add(where)
        found = Axe().run(self.page, options={"resultTypes": ["violations"]})
        for violation in found.response["violations"]:
            places = ", ".join(str(node["target"]) for node in violation["nodes"][:3])
            self.faults.append(f"{where}: axe {violation['id']} ({violation['help']}) at {places}")
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            self.faults.append(f"{where}: {wide} px wider than the screen")


@pytest.fixture
def people(browser: Browser, live_server) -> Iterator:
    """A maker of watched browsers, one a person; at the end nobody may have met a fault."""
    made: list[Watched] = []

    def make(*, width: int = 1280, dark: bool = False, scripts: bool = True) -> Watched:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        context.set_default_timeout(10_000)
        page = context.new_page()
        watched = (Watched if scripts else Unscripted)(context=context, page=page, base=live_server.url)
        watched.hosts.add(urlsplit(live_server.url).netloc)
        page.on("request", lambda request: _foreign(watched, request.url))
        page.on("console", lambda message: _console(watched, message))
        page.on("pageerror", lambda error: watched.faults.append(f"script error: {error}"))
        page.on(
            "response",
            lambda answer: answer.status >= 500 and watched.faults.append(f"{answer.status} at {answer.url}"),
        )
        made.append(watched)
        return watched

    yield make
    faults = [fault for watched in made for fault in watched.faults]
    for watched in made:
        watched.context.close()
    assert not faults, "\n".join(sorted(set(faults)))


class Unscripted(Watched):
    """A browser with JavaScript off: axe is a script, so the screens are judged in the scripted journey."""

    def look(self) -> None:
        return


def _foreign(watched: Watched, url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme in {"http", "https"} and parts.netloc not in watched.hosts:
        watched.faults.append(f"asked a foreign host: {url}")


def _console(watched: Watched, message) -> None:
    # A refused form answers 422 and a missing page 404 on purpose; Chromium notes each as a failed load.
    if message.type in {"error", "warning"} and not re.search(r"status of 4\d\d", message.text):
        watched.faults.append(f"console {message.type}: {message.text}")
