"""The product's settings with an environment of the tests' own, so that no test depends on a shell."""

import os

_database = os.environ.get("DATABASE_URL", "")
for _name in (
    "SECRET_KEY",
    "ALLOWED_HOSTS",
    "EMAIL_URL",
    "CACHE_URL",
    "DEMO",
    "STRIPE_SECRET_KEY",
    "STRIPE_WEBHOOK_SECRET",
    "STRIPE_API_BASE",
    "TRUSTED_PROXY_COUNT",
    "SIGNING_BACKEND",
    "PKCS11_MODULE",
    "PKCS11_TOKEN",
    "PKCS11_PIN",
):
    os.environ.pop(_name, None)
os.environ.update(
    DEBUG="on",
    BASE_URL="http://localhost:8000",
    DATABASE_URL=_database or "sqlite:///var/tests.sqlite3",
    CACHE_URL="locmemcache://",
    EMAIL_URL="memorymail://",
)

from cms.settings import *  # noqa: E402, F403

DEBUG = False
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # fast; nothing real is kept
TASKS = {"default": {"BACKEND": "django.tasks.backends.immediate.ImmediateBackend"}}
STORAGES = STORAGES | {  # noqa: F405
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "private": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    # A file, not memory: live-server and race tests reach it from threads of their own.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}  # noqa: F405
