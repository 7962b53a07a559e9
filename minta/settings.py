"""Settings: read from the environment or `.env`, by type; what is missing or wrong is named at once.

docs/settings.md lists every variable.
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from connectors.platforms import PLATFORMS as KNOWN
from connectors.processors import PROCESSORS as SHARED
from minta.env import Environment, load_dotenv

BASE_DIR = Path(__file__).resolve().parent.parent
load_dotenv(Path(os.environ.get("MINTA_ENV_FILE", BASE_DIR / ".env")), needed="MINTA_ENV_FILE" in os.environ)
env = Environment(os.environ)

# Who we are -----------------------------------------------------------------------------------------
DEBUG = env.flag("DEBUG")
SANDBOX = env.flag("SANDBOX")
INSECURE_ORIGINS = DEBUG or SANDBOX
SECRET_KEY = env.secret("SECRET_KEY")
SECRET_KEY_FALLBACKS = list(env.secrets("SECRET_KEY_PREVIOUS"))
PUBLIC_URL = env.origin(
    "PUBLIC_URL", "http://127.0.0.1:8000" if INSECURE_ORIGINS else None, insecure=INSECURE_ORIGINS
)
LOCAL_HOSTS = ("127.0.0.1", "localhost", "[::1]") if INSECURE_ORIGINS else ()
ALLOWED_HOSTS = list(env.words("ALLOWED_HOSTS", (urlsplit(PUBLIC_URL).hostname or "", *LOCAL_HOSTS)))

# Where things rest ----------------------------------------------------------------------------------
VAR_DIR = env.folder("MINTA_VAR_DIR", BASE_DIR / "var")
# A folder for each: what goes into one backup must not take its keys along.
DATA_DIR = VAR_DIR / "data"
SPOOL_DIR = VAR_DIR / "spool"
KEYSTORE_PATH = Path(env.text("MINTA_KEYSTORE", str(VAR_DIR / "keys" / "keystore.sqlite3")))
# Apart from both: what was erased must be known beside a database from before it.
LEDGER_PATH = Path(env.text("MINTA_LEDGER", str(VAR_DIR / "ledger" / "erasures.sqlite3")))
MASTER_KEYS = env.secrets("MINTA_MASTER_KEYS")
# Where master keys lie sealed by AWS KMS.
AWS_REGION = env.text("MINTA_AWS_REGION", "")
KMS_ENDPOINT = env.text("MINTA_KMS_ENDPOINT", "")
if KMS_ENDPOINT:
    KMS_ENDPOINT = env.origin("MINTA_KMS_ENDPOINT", None, insecure=INSECURE_ORIGINS)
RECEIPT_KEY = env.secret("MINTA_RECEIPT_KEY", "")

SQLITE_OPTIONS: dict[str, Any] = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    # FULL: under NORMAL an acknowledged delivery may be gone after a power cut.
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;"
        "PRAGMA busy_timeout=20000; PRAGMA cache_size=-20000"
    ),
}


def database() -> dict[str, Any]:
    """Return Django's description of the database that DATABASE_URL names."""
    url = env.secret("DATABASE_URL", f"sqlite:///{DATA_DIR / 'minta.sqlite3'}")
    try:
        described: dict[str, Any] = environ.Env.db_url_config(url)
    except Exception:
        raise ImproperlyConfigured("DATABASE_URL cannot be read") from None
    engine = described.get("ENGINE", "")
    if engine == "django.db.backends.sqlite3":
        described["OPTIONS"] = {**SQLITE_OPTIONS, **described.get("OPTIONS", {})}
        described["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
        DATA_DIR.mkdir(mode=0o700, exist_ok=True)
    elif engine != "django.db.backends.postgresql":
        raise ImproperlyConfigured("DATABASE_URL must name sqlite or postgres")
    return described


DATABASES = {"default": database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The platforms --------------------------------------------------------------------------------------
PLATFORMS: dict[str, dict[str, Any]] = {
    name: dict(platform.configure(env, insecure=INSECURE_ORIGINS)) for name, platform in KNOWN.items()
}

# The processors -------------------------------------------------------------------------------------
PROCESSORS: dict[str, dict[str, Any]] = {
    name: dict(processor.configure(env, insecure=INSECURE_ORIGINS)) for name, processor in SHARED.items()
}

# How it works ---------------------------------------------------------------------------------------
WORK_ENGINE = env.one_of("MINTA_WORK_ENGINE", ("ledger", "procrastinate"), "ledger")
WORK_LEASE_SECONDS = env.number("MINTA_WORK_LEASE_SECONDS", 45, at_least=2)
WORK_HEARTBEAT_SECONDS = env.number("MINTA_WORK_HEARTBEAT_SECONDS", 15, at_least=1)
if WORK_HEARTBEAT_SECONDS >= WORK_LEASE_SECONDS:
    raise ImproperlyConfigured("MINTA_WORK_HEARTBEAT_SECONDS is not less than MINTA_WORK_LEASE_SECONDS")
QUARANTINE_HOURS = env.number("MINTA_QUARANTINE_HOURS", 48, at_least=0)
SILENT_DAYS = env.number("MINTA_SILENT_DAYS", 90, at_least=1)
FEED_PER_MINUTE = env.number("MINTA_FEED_PER_MINUTE", 600, at_least=1)
WEBHOOK_MAX_BYTES = env.number("MINTA_WEBHOOK_MAX_BYTES", 5_000_000, at_least=1_000)
METRICS_TOKEN = env.secret("METRICS_TOKEN", "")

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "rest_framework",
    "connectors",
]
if WORK_ENGINE == "procrastinate":
    if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
        raise ImproperlyConfigured(
            "MINTA_WORK_ENGINE is procrastinate, which needs PostgreSQL in DATABASE_URL"
        )
    INSTALLED_APPS.append("procrastinate.contrib.django")

MIDDLEWARE = [
    "connectors.middleware.Edge",
    "connectors.middleware.Gate",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
]
ROOT_URLCONF = "minta.urls"
WSGI_APPLICATION = "minta.wsgi.application"
# A webhook answered by a redirect is a failed delivery.
APPEND_SLASH = False
# Views that take bodies check their own bound and answer 413; Django's would be a 400.
DATA_UPLOAD_MAX_MEMORY_SIZE = None

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True

# Transport ------------------------------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
# The address of a page may hold a proof of the platform's.
SECURE_REFERRER_POLICY = "no-referrer"
SECURE_HSTS_SECONDS = 0 if INSECURE_ORIGINS else 31_536_000
SECURE_SSL_REDIRECT = False
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("TRUST_PROXY") else None
# Django's own findings that are answered otherwise here.
SILENCED_SYSTEM_CHECKS = [
    "security.W002",  # X-Frame-Options: the content policy of every answer says who may frame it
    "security.W003",  # CSRF: the addresses that take a POST know signatures and no cookie
    "security.W005",  # HSTS of subdomains: those of the host in PUBLIC_URL are not ours to bind
    "security.W008",  # redirect to https: the proxy's part, and a webhook must never be redirected
    "security.W021",  # HSTS preload: as subdomains
]

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_SCHEMA_CLASS": "connectors.api.schema.FeedSchema",
    "UNAUTHENTICATED_USER": None,
    "UNAUTHENTICATED_TOKEN": None,
}

LOG_LEVEL = env.one_of("LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR"), "INFO")
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        # Both print request lines, whose query may hold a token.
        "django.request": {"level": "ERROR"},
        "django.server": {"level": "ERROR"},
        "urllib3": {"level": "WARNING"},
        # It prints what it signs.
        "botocore": {"level": "WARNING"},
    },
}
