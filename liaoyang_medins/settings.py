"""Settings, driven by the environment.

Every deployment reads the same file; docs/settings.md lists the variables. In production (DEBUG off) the process
refuses to start without SECRET_KEY, ALLOWED_HOSTS, DATABASE_URL and REDIS_URL.
"""

import datetime
import os
from pathlib import Path

import dj_database_url
from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent


def env_flag(name: str, default: bool = False) -> bool:
    value = os.environ.get(name, "").strip().lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} must be true or false, not {value!r}")


def env_required(name: str, in_debug: str) -> str:
    """The variable's value; where DEBUG is on and it is not set, `in_debug`."""
    value = os.environ.get(name, "")
    if value:
        return value
    if DEBUG:
        return in_debug
    raise ImproperlyConfigured(f"Set {name} in the environment: there is no default outside DEBUG.")


def env_number(name: str, unset: int, *, at_least: int = 1) -> int:
    """The variable's whole number; where it is not set, `unset`."""
    value = os.environ.get(name, "").strip()
    if not value:
        return unset
    if not value.isdecimal() or int(value) < at_least:
        raise ImproperlyConfigured(f"{name} must be a whole number of {at_least} or more, not {value!r}")
    return int(value)


DEBUG = env_flag("DEBUG")
# The demo: its day can be moved from the page footer and its accounts are shown at sign-in.
DEMO = env_flag("DEMO")
SECRET_KEY = env_required("SECRET_KEY", "only-for-debug-on-this-machine-0123456789-abcdefghijklmnop")
ALLOWED_HOSTS = env_required("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1],testserver").split(",")
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("CSRF_TRUSTED_ORIGINS", "").split(",") if origin]

# The pooling area that this portal administers: the policy files and the offices belong to it.
POOLING_AREA = os.environ.get("POOLING_AREA", "liaoyang")
# The agency's name at the head of its papers.
AGENCY_NAME = os.environ.get("AGENCY_NAME", "辽阳市医疗保险经办机构")
# Where notices can be paid, as their papers say it.
DESIGNATED_BANKS = os.environ.get("DESIGNATED_BANKS", "辽阳市商业银行" if DEMO else "")
# What fills the left navigation: a function of the request, in the layer that knows every app.
NAVIGATION = "liaoyang_medins.portal.navigation.entries"
# The accounts that the sign-in page of the demo lists, in the same layer.
DEMO_ACCOUNTS = "liaoyang_medins.portal.demo.accounts.ACCOUNTS"
# What answers at registration what the contribution will cost and buy: the rules of the layer above it.
CONTRIBUTION_QUOTE = "enrollment.contributions.quotes.quote_of"
# Within so many days a report of a suspected violation is closed (S2).
REPORT_TERM_DAYS = env_number("REPORT_TERM_DAYS", 30)
# The public pages: reports taken in a day in all; reports, and questions, from one address in an hour.
PUBLIC_REPORTS_A_DAY = env_number("PUBLIC_REPORTS_A_DAY", 200)
PUBLIC_REPORTS_AN_HOUR = env_number("PUBLIC_REPORTS_AN_HOUR", 10)
PUBLIC_ASKS_AN_HOUR = env_number("PUBLIC_ASKS_AN_HOUR", 30)
# Within so many days the agency answers a finding of supervision.
WATCH_TERM_DAYS = env_number("WATCH_TERM_DAYS", 30)
# From which figures on stays look suspicious (funds/watch/rules.py; docs/settings.md says why).
WATCH_MONTHS = env_number("WATCH_MONTHS", 12)
WATCH_MANY_STAYS = env_number("WATCH_MANY_STAYS", 5, at_least=2)
WATCH_MANY_DAYS = env_number("WATCH_MANY_DAYS", 90)
WATCH_DEATH_DAYS = env_number("WATCH_DEATH_DAYS", 1, at_least=0)
WATCH_CARD_HOURS = env_number("WATCH_CARD_HOURS", 24)
WATCH_SERIES_PERSONS = env_number("WATCH_SERIES_PERSONS", 6, at_least=2)
WATCH_SERIES_TIMES = env_number("WATCH_SERIES_TIMES", 5)
WATCH_PEER_DEVIATIONS = env_number("WATCH_PEER_DEVIATIONS", 3)
WATCH_PEER_STAYS = env_number("WATCH_PEER_STAYS", 30)
WATCH_PEER_INSTITUTIONS = env_number("WATCH_PEER_INSTITUTIONS", 3, at_least=2)
# When a stay is looked at by the agency for its amount: more than so many times (0: never) the median of its
# institution's settlements of twelve months, where there are at least so many of them; from so many yuan of the fund
# (0: never). From how many yuan of the fund who examined a stay does not release it.
REVIEW_USUAL_TIMES = env_number("REVIEW_USUAL_TIMES", 10, at_least=0)
REVIEW_USUAL_SETTLEMENTS = env_number("REVIEW_USUAL_SETTLEMENTS", 30)
REVIEW_PAYMENT_FROM = env_number("REVIEW_PAYMENT_FROM", 0, at_least=0)
REVIEW_SECOND_PERSON_FROM = env_number("REVIEW_SECOND_PERSON_FROM", 0, at_least=0)
# A fixed date (YYYY-MM-DD) for "today"; empty means the calendar in Asia/Shanghai.
BUSINESS_DATE = os.environ.get("BUSINESS_DATE", "")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django_htmx",
    "oauth2_provider",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "liaoyang_medins.kernel.web",
    "liaoyang_medins.kernel.offices",
    "liaoyang_medins.kernel.audit",
    "liaoyang_medins.kernel.runs",
    "liaoyang_medins.kernel.papers",
    "liaoyang_medins.kernel.attachments",
    "enrollment.registration",
    "enrollment.life",
    "enrollment.households",
    "enrollment.contributions",
    "enrollment.bankfiles",
    "enrollment.cards",
    "claims",
    "claims.misuse",
    "claims.reimbursement",
    "claims.outpatient",
    "claims.handover",
    "claims.catalogues",
    "claims.inspections",
    "claims.violations",
    "claims.api",
    "enrollment.lists",
    "enrollment.cockpit",
    "enrollment.collecting",
    "funds",
    "funds.bank",
    "funds.watch",
    "funds.paying",
    "funds.supervision",
    "funds.published",
    "liaoyang_medins.portal",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "liaoyang_medins.kernel.web.middleware.BusinessDateMiddleware",
    "liaoyang_medins.kernel.web.middleware.ActorMiddleware",
    "liaoyang_medins.kernel.web.terms.TermMiddleware",
    "liaoyang_medins.kernel.web.middleware.DomainErrorMiddleware",
]

ROOT_URLCONF = "liaoyang_medins.urls"
WSGI_APPLICATION = "liaoyang_medins.wsgi.application"

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
                "liaoyang_medins.kernel.web.context.frame",
            ],
        },
    }
]
# Form widgets and their layout are templates of ours (templates/django/forms, templates/components).
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
INSTALLED_APPS.append("django.forms")

DATABASES = {
    "default": dj_database_url.parse(
        env_required("DATABASE_URL", "postgres://medins@127.0.0.1:5432/medins"),
        engine="liaoyang_medins.kernel.database",
        conn_max_age=60,
        # A connection that a restart of the database has cut is opened anew instead of failing a request.
        conn_health_checks=True,
    )
}
# Where the application's role does not own its tables (recommended, docs/operations.md), migrations run as the owner.
if os.environ.get("DATABASE_OWNER_URL"):
    DATABASES["owner"] = dj_database_url.parse(os.environ["DATABASE_OWNER_URL"])
    DATABASES["owner"]["TEST"] = {"MIRROR": "default"}
DATABASES["default"]["ATOMIC_REQUESTS"] = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env_required("REDIS_URL", "redis://127.0.0.1:6379/0")
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "Asia/Shanghai"
# When beat starts the jobs that are due by the calendar of the contribution year.
JOBS_OF_THE_YEAR_AT = datetime.time(0, 20)
CELERY_BEAT_SCHEDULE = {
    "seal the audit record": {"task": "liaoyang_medins.kernel.audit.tasks.seal", "schedule": 60},
    "call workers to the runs": {"task": "liaoyang_medins.kernel.runs.tasks.wake_runs", "schedule": 60},
    "post documents to the journal": {"task": "funds.tasks.post_documents", "schedule": 60},
    "follow moves": {"task": "enrollment.contributions.tasks.follow_moves", "schedule": 60},
    "merge the sums of notices": {"task": "enrollment.cockpit.tasks.merge_sums", "schedule": 60},
    "count notices by school": {"task": "enrollment.cockpit.tasks.count_schools", "schedule": 300},
    "count the scheme's figures": {"task": "liaoyang_medins.portal.tasks.count_scheme_figures", "schedule": 300},
    "start the jobs of the contribution year": {
        "task": "liaoyang_medins.portal.tasks.start_due_jobs",
        "schedule": crontab(hour=JOBS_OF_THE_YEAR_AT.hour, minute=JOBS_OF_THE_YEAR_AT.minute),
    },
    "lapse what was not paid": {
        "task": "enrollment.contributions.tasks.lapse_unpaid",
        "schedule": crontab(hour=0, minute=10),
    },
    "look for suspicious patterns": {
        "task": "funds.watch.tasks.look_for_patterns",
        "schedule": crontab(hour=2, minute=10),
    },
    "delete old workbooks": {"task": "funds.tasks.delete_old_workbooks", "schedule": crontab(hour=3, minute=50)},
    "count usual costs": {"task": "claims.tasks.count_usual_costs", "schedule": crontab(hour=1, minute=40)},
    "count what changed for supervision": {"task": "funds.supervision.tasks.refresh_changed", "schedule": 1800},
    "count all of supervision": {
        "task": "funds.supervision.tasks.refresh_everything",
        "schedule": crontab(hour=2, minute=10),
    },
    "forget old messages": {"task": "claims.api.tasks.forget_messages", "schedule": crontab(hour=3, minute=30)},
}

AUTH_USER_MODEL = "offices.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"
SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = False

# In how many days an application for reimbursement is answered.
REIMBURSEMENT_DAYS = env_number("REIMBURSEMENT_DAYS", 30)

# Where scans lie, outside of what any web server shows.
ATTACHMENTS_ROOT = Path(os.environ.get("ATTACHMENTS_ROOT", BASE_DIR / ".local" / "attachments"))

FILE_UPLOAD_HANDLERS = [
    "liaoyang_medins.kernel.attachments.uploads.CappedUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

STATIC_URL = "static/"
STATIC_ROOT = Path(os.environ.get("STATIC_ROOT", BASE_DIR / "staticfiles"))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG

# Behind the TLS proxy of production; HTTPS=false only where one machine serves itself without a proxy (make run).
HTTPS = env_flag("HTTPS", default=not DEBUG)
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

# The hospitals' interface (docs/hospital-api.md).
API_CALLS_A_MINUTE = env_number("API_CALLS_A_MINUTE", 6000)
# How long a message id answers the same again.
API_MESSAGES_KEPT_DAYS = env_number("API_MESSAGES_KEPT_DAYS", 90, at_least=30)
OAUTH2_PROVIDER_APPLICATION_MODEL = "api.Client"
OAUTH2_PROVIDER = {
    "SCOPES": {"hospital": "The institution's own stays"},
    "ACCESS_TOKEN_EXPIRE_SECONDS": 3600,
    "OAUTH2_VALIDATOR_CLASS": "claims.api.validator.ClientValidator",
    # As RFC 9700 recommends. Of the ways to a token only client credentials are open.
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_PKCE_REQUIRED": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_MATCHING": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_SCHEME": True,
    "COMPLIANT_BCP_RFC9700_REFRESH_TOKEN": True,
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
}
REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "claims.api.schema.Schema",
    "DEFAULT_AUTHENTICATION_CLASSES": ["claims.api.authentication.ClientAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["claims.api.authentication.IsClient"],
    "DEFAULT_THROTTLE_CLASSES": ["claims.api.throttling.ClientThrottle"],
    "DEFAULT_PARSER_CLASSES": ["claims.api.parsing.JsonParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "claims.api.parsing.AlwaysJson",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "claims.api.problems.handle",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Liaoyang urban residents' medical insurance: hospitals' interface",
    "VERSION": "1.0.0",
    "DESCRIPTION": "Begin with docs/hospital-api.md. The numbers are those of the numbered transactions.",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_PUBLIC": True,
    "COMPONENT_SPLIT_REQUEST": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {
        "deepLinking": True,
        "persistAuthorization": False,
        # Its colours are written into the elements, and too light to be read.
        "syntaxHighlight": {"activated": False},
        "validatorUrl": None,
    },
    "PREPROCESSING_HOOKS": ["claims.api.schema.only_the_interface"],
    "POSTPROCESSING_HOOKS": ["claims.api.schema.finish"],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL", "INFO")},
}
