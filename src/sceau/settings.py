"""Every setting, read strictly from SCEAU_* (`*_FILE` for secrets): an unknown or malformed value stops the start.

`docs/fr/reglages.md` describes each one for operators.
"""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_read: set[str] = set()


def _text(name: str, default: str | None = None) -> str:
    """SCEAU_<name>, or the content of the file that SCEAU_<name>_FILE names."""
    variable = f"SCEAU_{name}"
    _read.update({variable, f"{variable}_FILE"})
    if path := os.environ.get(f"{variable}_FILE"):
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{variable}_FILE cannot be read: {error.strerror}") from error
    value = os.environ.get(variable, default)
    if value is None:
        raise ImproperlyConfigured(f"{variable} is not set")
    return value


def _number(name: str, default: int, *, least: int = 0, most: int = 10**12) -> int:
    text = _text(name, str(default))
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise ImproperlyConfigured(f"SCEAU_{name} must be a whole number from {least} to {most}")
    return int(text)


def _flag(name: str, default: bool = False) -> bool:
    text = _text(name, "yes" if default else "no")
    if text not in ("yes", "no"):
        raise ImproperlyConfigured(f"SCEAU_{name} must be yes or no")
    return text == "yes"


def _choice(name: str, *choices: str) -> str:
    """One of `choices`; the first is the default."""
    text = _text(name, choices[0])
    if text not in choices:
        raise ImproperlyConfigured(f"SCEAU_{name} must be one of: {', '.join(choices)}")
    return text


def _list(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in _text(name, default).split(",") if part.strip()]


def _database(url: str) -> dict[str, object]:
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": SCEAU_DATA / "sceau.sqlite3",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": SCEAU_DATABASE_TIMEOUT,
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;"
                    " PRAGMA temp_store=MEMORY;"
                ),
            },
            "CONN_MAX_AGE": None,
            "TEST": {"NAME": SCEAU_DATA / "test.sqlite3"},
        }
    parts = urlsplit(url)
    if parts.scheme != "postgresql" or not parts.path.strip("/"):
        raise ImproperlyConfigured("SCEAU_DATABASE_URL must look like postgresql://user@host:port/name")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.strip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "OPTIONS": {
            "connect_timeout": SCEAU_DATABASE_TIMEOUT,
            # Who waits for a row that another holds is told so in time, as SQLite's timeout does. And statements are
            # small: to compile one takes longer than to run it, and is tried where a table was never counted.
            # Planned once a connection, not at each run: what we ask again and again is found by an index whatever the
            # values are, and planning it costs a tenth of a page.
            "options": f"-c lock_timeout={SCEAU_DATABASE_TIMEOUT}s -c jit=off -c plan_cache_mode=force_generic_plan",
            # The server parses a statement once a connection: a third of the time of an act otherwise.
            "server_side_binding": True,
            "prepare_threshold": 2,
        },
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }


# Where things are. Keys never live below the data folder (V5): a system check refuses it.
SCEAU_DATA = Path(_text("DATA"))
SCEAU_KEYS = Path(_text("KEYS"))
SCEAU_CUSTODY_KEY_FILE = Path(os.environ.get("SCEAU_CUSTODY_KEY_FILE") or SCEAU_KEYS / "custody.key")
_read.add("SCEAU_CUSTODY_KEY_FILE")  # a place, not a content
SCEAU_CUSTODY_PASSPHRASE = _text("CUSTODY_PASSPHRASE", "")  # the worker alone needs it
SCEAU_DATABASE_TIMEOUT = _number("DATABASE_TIMEOUT", 5, least=1, most=60)  # seconds
SCEAU_DATABASE_URL = _text("DATABASE_URL", "")
SCEAU_BLOBS = _choice("BLOBS", "files", "s3")
SCEAU_S3_ENDPOINT = _text("S3_ENDPOINT", "")
SCEAU_S3_BUCKET = _text("S3_BUCKET", "")
SCEAU_S3_REGION = _text("S3_REGION", "us-east-1")
SCEAU_S3_ACCESS_KEY = _text("S3_ACCESS_KEY", "")
SCEAU_S3_SECRET_KEY = _text("S3_SECRET_KEY", "")

# Who we are on the network.
SCEAU_PUBLIC_URL = _text("PUBLIC_URL", "http://localhost:8000").rstrip("/")  # the one host of every link
SCEAU_HOSTS = _list("HOSTS", urlsplit(SCEAU_PUBLIC_URL).hostname or "localhost")
SCEAU_BIND = _text("BIND", "127.0.0.1:8000")
SCEAU_WEB_PROCESSES = _number("WEB_PROCESSES", 2, least=1, most=64)
SCEAU_TLS_CERTIFICATE = _text("TLS_CERTIFICATE", "")
SCEAU_TLS_KEY = _text("TLS_PRIVATE_KEY", "")
SCEAU_TRUSTED_PROXIES = _list("TRUSTED_PROXIES")
SCEAU_LOG_ORIGIN = _text("LOG_ORIGIN", f"{urlsplit(SCEAU_PUBLIC_URL).hostname}/evidence")
SCEAU_OPERATOR = _text("OPERATOR", "Sceau")
SCEAU_DEMO = _flag("DEMO")
SCEAU_LOG_LEVEL = _choice("LOG_LEVEL", "info", "warning", "debug")

# The mail relay that carries notices.
SCEAU_RELAY_HOST = _text("RELAY_HOST", "127.0.0.1")
SCEAU_RELAY_PORT = _number("RELAY_PORT", 25, least=1, most=65535)
SCEAU_RELAY_TLS = _choice("RELAY_TLS", "no", "starttls", "tls")
SCEAU_RELAY_USER = _text("RELAY_USER", "")
SCEAU_RELAY_PASSWORD = _text("RELAY_PASSWORD", "")
SCEAU_MAIL_FROM = _text("MAIL_FROM", "sceau@localhost.localdomain")
SCEAU_BOUNCE_DOMAIN = _text("BOUNCE_DOMAIN", SCEAU_MAIL_FROM.rpartition("@")[2])

# The « Aide » page.
SCEAU_HELP_PHONE = _text("HELP_PHONE", "")
SCEAU_HELP_MAIL = _text("HELP_MAIL", "")
SCEAU_HELP_HOURS = _text("HELP_HOURS", "")
SCEAU_DPO_MAIL = _text("DPO_MAIL", "")

# Limits and delays.
SCEAU_MESSAGE_LIMIT = _number("MESSAGE_LIMIT", 40_000_000, least=1)  # decoded octets of all attachments
SCEAU_DRAFT_LIMIT = _number("DRAFT_LIMIT", 5 * SCEAU_MESSAGE_LIMIT, least=1)  # of a draft; above: several envelopes
SCEAU_RECIPIENT_LIMIT = _number("RECIPIENT_LIMIT", 100, least=1, most=1000)
SCEAU_RETENTION_DAYS = _number("RETENTION_DAYS", 92, least=1)  # three months
SCEAU_BACKUP_DAYS = _number("BACKUP_DAYS", 30)  # how long backups keep what was destroyed (V14)
SCEAU_EVIDENCE_YEARS = _number("EVIDENCE_YEARS", 10, least=1)
SCEAU_PATIENT_LINE = _flag("PATIENT_LINE")  # may a letter say that the patient was informed, agrees or objects?
SCEAU_IDLE_MINUTES = _number("IDLE_MINUTES", 30, least=1, most=240)
SCEAU_RECOVERY_HOURS = _number("RECOVERY_HOURS", 24, least=1)
SCEAU_PASSWORD_LENGTH = _number("PASSWORD_LENGTH", 12, least=8, most=64)
SCEAU_NEW_ACCOUNTS = _choice("NEW_ACCOUNTS", "unverified", "certified")  # until the validation queue exists

if SCEAU_CUSTODY_PASSPHRASE and os.environ.get("SCEAU_CUSTODY_PASSPHRASE"):
    del os.environ["SCEAU_CUSTODY_PASSPHRASE"]  # not inherited by what we start

# SCEAU_FAILPOINT belongs to core.failpoints; `sceau up` refuses to start with it. SCEAU_TEST_* is read by tests only.
_read.add("SCEAU_FAILPOINT")
_unknown = {n for n in os.environ if n.startswith("SCEAU_") and not n.startswith("SCEAU_TEST_")} - _read
if _unknown:
    raise ImproperlyConfigured(f"unknown settings: {', '.join(sorted(_unknown))}")


def _secret_key() -> str:
    """Made by `sceau keys create`; absent only while that command runs."""
    path = SCEAU_KEYS / "secret.key"
    return path.read_text().strip() if path.exists() else ""


# Django.
SECRET_KEY = _secret_key()
DEBUG = False
ALLOWED_HOSTS = SCEAU_HOSTS
ROOT_URLCONF = "sceau.urls"
WSGI_APPLICATION = "sceau.wsgi.application"
INSTALLED_APPS = [
    "django.contrib.staticfiles",
    *(f"sceau.{name}" for name in ("vault", "evidence", "jobs", "notify", "accounts", "envelopes", "ui", "web", "cli")),
    *(["sceau.demo"] if SCEAU_DEMO else []),
]
MIDDLEWARE = [
    "sceau.ui.proxies.TrustedProxies",
    "django.middleware.security.SecurityMiddleware",
    "sceau.ui.static_files.StaticFiles",
    "sceau.ui.compression.Compression",
    "sceau.ui.csp.ContentSecurityPolicy",
    "sceau.ui.logs.RequestLog",
    "sceau.ui.headers.StrictHeaders",
    "sceau.ui.flash.FlashMessages",
    "django.middleware.csrf.CsrfViewMiddleware",
    "sceau.web.sessions.SessionMiddleware",
    "sceau.web.language.LanguageMiddleware",
    "sceau.ui.errors.ErrorPages",  # within: its pages speak the reader's language
    *(["sceau.demo.hosts.DemoHosts"] if SCEAU_DEMO else []),
]
DATABASES = {"default": _database(SCEAU_DATABASE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [("sceau.ui.folding.Loader", ["django.template.loaders.app_directories.Loader"])],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csrf",
                "django.template.context_processors.i18n",
                "sceau.ui.context.product",
            ],
        },
    }
]
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français"), ("en", "English")]
LOCALE_PATHS = [Path(__file__).parent / "ui" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"
STATICFILES_DIRS: list[Path] = []
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_IMMUTABLE_FILE_TEST = r"."  # addresses of static files carry their version (ui.context)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
APPEND_SLASH = False
# Uploads never touch a disk in clear (V13): the only handlers are ours, set per view.
FILE_UPLOAD_HANDLERS = ["sceau.web.uploads.RefuseFiles"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FILES = 5_000  # mails that are imported; everywhere else the first file is refused
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if SCEAU_PUBLIC_URL.startswith("https://") else 0
CSRF_COOKIE_NAME = "__Host-csrf"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "sceau.web.views.errors.csrf_failure"
LOGGING_CONFIG = None  # ui.logs configures structlog
