"""Which settings does this installation run with? One module; the environment supplies the values.

A missing or malformed value stops the start with a sentence (`cms.environment.Unconfigured`).
"""

import os
from urllib.parse import urlsplit

import environ
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

from cms import environment as read

BASE_DIR = read.BASE_DIR
VAR_DIR = read.var_dir()

DEMO = read.flag("DEMO")
DEBUG = read.flag("DEBUG")
EASY = DEMO or DEBUG  # a machine of one's own: nothing needs to be configured

if DEMO:
    for _name, _value in read.demo_secrets().items():
        os.environ.setdefault(_name, _value)

# Secrets -------------------------------------------------------------------------------------------------
SECRET_KEY = read.text("SECRET_KEY", "not-secret-development-key" if DEBUG else None)
# Where new signing keys are made: "local", in the database, or "pkcs11", in a hardware module.
# Not called SIGNING_BACKEND, as in the environment, because that is a setting of Django's own.
CREDENTIAL_KEY_BACKEND = read.one_of("SIGNING_BACKEND", ["local", "pkcs11"], "local")
_in_module = CREDENTIAL_KEY_BACKEND == "pkcs11"
PKCS11_MODULE = read.text("PKCS11_MODULE", None if _in_module else "")  # the vendor's library
PKCS11_TOKEN = read.text("PKCS11_TOKEN", None if _in_module else "")  # the token's label
PKCS11_PIN = read.text("PKCS11_PIN", None if _in_module else "")
# Wraps the signing keys in the database; without it they cannot sign.
CREDENTIAL_KEY_SECRET = read.text("CREDENTIAL_KEY_SECRET", "not-secret-development-key" if DEBUG else None)
# Newest first: the first seals, all can open. 32 random bytes each, in URL-safe base 64.
FIELD_ENCRYPTION_KEYS = read.words("FIELD_ENCRYPTION_KEYS", "A" * 43 + "=" if DEBUG else None)

# Address -------------------------------------------------------------------------------------------------
BASE_URL = read.base_url("http://localhost:8000" if EASY else None)
_base = urlsplit(BASE_URL)
ALLOWED_HOSTS = read.words("ALLOWED_HOSTS", f"{_base.hostname},localhost,127.0.0.1,[::1]" if EASY else None)
CSRF_TRUSTED_ORIGINS = [BASE_URL]
WAGTAILADMIN_BASE_URL = BASE_URL
TRUSTED_PROXY_COUNT = read.whole_number("TRUSTED_PROXY_COUNT", 0)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT

if not EASY:
    HTTPS = _base.scheme == "https"
    SECURE_SSL_REDIRECT = HTTPS
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # asked from inside, without TLS
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
    SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
    if TRUSTED_PROXY_COUNT:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"  # the Wagtail admin previews pages in a frame
SILENCED_SYSTEM_CHECKS = ["security.W019"]  # which would have it DENY

# Apps ----------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "cms",
    "certificates",
    "assessments",
    "courses",
    "cms.accounts.apps.AccountsConfig",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "wagtail.contrib.settings",
    "wagtail.documents",
    "wagtail.embeds",
    "wagtail.sites",
    "cms.accounts.apps.AccountsAdminConfig",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "django_tasks_db",
    "crontask",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",  # PostgreSQL refuses every command without it; idle on SQLite
    "django.forms",  # its templates, for FORM_RENDERER
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",  # closed by default
    "cms.accounts.middleware.OwnTimeZoneMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "cms.security.AdminPolicyMiddleware",
]

ROOT_URLCONF = "cms.urls"
WSGI_APPLICATION = "cms.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.csp",
                "cms.context.site",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "cms.accounts.templatetags.look"],
        },
    },
]
FORM_RENDERER = "cms.accounts.forms.Renderer"

# Database ------------------------------------------------------------------------------------------------
_database_url = read.text("DATABASE_URL", f"sqlite:///{VAR_DIR / 'closed-set.sqlite3'}" if EASY else None)
DATABASES = {"default": read.parsed("DATABASE_URL", environ.Env.db_url_config, _database_url)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    VAR_DIR.mkdir(parents=True, exist_ok=True)
    DATABASES["default"]["OPTIONS"] = {
        # A writer waits for the one before it rather than failing half-way: transactions begin as writers.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,  # seconds
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
elif DATABASES["default"]["ENGINE"].endswith("postgresql"):
    DATABASES["default"]["CONN_MAX_AGE"] = 60  # seconds
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
else:
    raise read.Unconfigured("DATABASE_URL names neither SQLite nor PostgreSQL, and these are the two that are tested.")
# A learner with hundreds of signed shifts ticks for each what a link shows: eight boxes a shift.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

_cache_url = read.text("CACHE_URL", "dbcache://closed_set_cache")
CACHES = {"default": read.parsed("CACHE_URL", environ.Env.cache_url_config, _cache_url)}
if CACHES["default"]["BACKEND"] == "django_redis.cache.RedisCache":
    # Nothing that a page needs is in the cache alone: when it is down, pages are slower and guesses are not counted.
    CACHES["default"].setdefault("OPTIONS", {})
    CACHES["default"]["OPTIONS"] |= {
        "IGNORE_EXCEPTIONS": True,
        "SOCKET_CONNECT_TIMEOUT": 1,  # seconds
        "SOCKET_TIMEOUT": 1,
    }
    DJANGO_REDIS_LOG_IGNORED_EXCEPTIONS = True

# Work that a request must not wait for
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# Payments online: none without a key. The webhook's secret is asked for with it.
STRIPE_SECRET_KEY = read.text("STRIPE_SECRET_KEY", "")
STRIPE_WEBHOOK_SECRET = read.text("STRIPE_WEBHOOK_SECRET", "" if not STRIPE_SECRET_KEY else None)
STRIPE_API_BASE = read.text("STRIPE_API_BASE", "https://api.stripe.com").rstrip("/")
if STRIPE_API_BASE != "https://api.stripe.com" and not EASY:
    raise read.Unconfigured(
        "STRIPE_API_BASE is not Stripe’s own address; leave it out. Another one is for demo and tests."
    )

# Mail ----------------------------------------------------------------------------------------------------
DEMO_MAIL_DIR = VAR_DIR / "mail"
if DEMO and not os.environ.get("EMAIL_URL"):
    MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "OPTIONS": {"file_path": str(DEMO_MAIL_DIR)},
        }
    }
else:
    _mail = read.parsed(
        "EMAIL_URL", environ.Env.email_url_config, read.text("EMAIL_URL", "consolemail://" if DEBUG else None)
    )
    MAILERS = {"default": {"BACKEND": _mail["EMAIL_BACKEND"]}}
    if _mail["EMAIL_BACKEND"].endswith("smtp.EmailBackend"):
        MAILERS["default"]["OPTIONS"] = {
            "host": _mail["EMAIL_HOST"],
            "port": _mail["EMAIL_PORT"] or 25,
            "username": _mail["EMAIL_HOST_USER"] or "",
            "password": _mail["EMAIL_HOST_PASSWORD"] or "",
            "use_tls": _mail.get("EMAIL_USE_TLS", False),
            "use_ssl": _mail.get("EMAIL_USE_SSL", False),
            "timeout": 10,  # seconds
        }
    elif _mail["EMAIL_FILE_PATH"]:
        MAILERS["default"]["OPTIONS"] = {"file_path": f"/{_mail['EMAIL_FILE_PATH'].lstrip('/')}"}
DEFAULT_FROM_EMAIL = read.text("DEFAULT_FROM_EMAIL", f"academy@{_base.hostname}" if EASY else None)
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# Files ---------------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
MEDIA_ROOT = VAR_DIR / "media"
MEDIA_URL = "media/"
PRIVATE_ROOT = VAR_DIR / "private"  # documents of people: no address leads here, a view asks first
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = EASY
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "private": {
        "BACKEND": "cms.accounts.private.PrivateFiles",
        "OPTIONS": {
            "location": PRIVATE_ROOT,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if EASY
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# People --------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
     "OPTIONS": {"user_attributes": ["email", "display_name", "certificate_name"]}},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]  # fmt: skip
if not DEMO:
    AUTH_PASSWORD_VALIDATORS.append({"NAME": "cms.accounts.passwords.NotTheDemoPassword"})
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "cms:learn"
WAGTAIL_FRONTEND_LOGIN_URL = "/accounts/login/"
SESSION_COOKIE_AGE = 14 * 24 * 3600  # seconds
ACCOUNT_ADAPTER = "cms.accounts.sign_in.Adapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "cms.accounts.forms.SignUpFields"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CONFIRM_EMAIL_ON_GET = False  # mail scanners follow links
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = False
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60  # seconds since the password was last typed; then it is asked again
ACCOUNT_SESSION_REMEMBER = None
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = EASY and _base.scheme == "http"

# Words and time ------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", _("English"))]
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
LOCALE_PATHS = [BASE_DIR / "cms" / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"

# What a page may load: only what we serve. The Wagtail admin has its own policy (cms.security).
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "worker-src": [CSP.SELF],
}

# Wagtail -------------------------------------------------------------------------------------------------
WAGTAIL_SITE_NAME = "Closed Set"
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAILUSERS_PASSWORD_ENABLED = False
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
WAGTAILIMAGES_EXTENSIONS = ["gif", "jpg", "jpeg", "png", "webp", "avif", "svg"]
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 10 * 1024 * 1024  # bytes
WAGTAILEMBEDS_FINDERS: list[dict[str, str]] = []  # nothing is fetched from elsewhere

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "filters": {"without_secrets": {"()": "cms.logs.WithoutSecrets"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["without_secrets"]}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        "django.server": {"handlers": ["console"], "level": "INFO", "propagate": False},  # runserver's own lines
    },
}
