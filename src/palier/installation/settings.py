"""Settings of one installation, all read from the environment (or from a ``.env`` file named by PALIER_ENV_FILE).

``docs/production.md`` lists the variables. What would be dangerous in production is refused at start-up by
``checks.py``.
"""

import os
from pathlib import Path

import environ
from csp.constants import NONE, SELF

from palier.installation import database

env = environ.Env()
if env_file := env.str("PALIER_ENV_FILE", ""):
    environ.Env.read_env(env_file)

PACKAGE = Path(__file__).resolve().parent.parent
PROJECT = PACKAGE.parent.parent
DATA = Path(env.str("PALIER_DATA", str(PROJECT / "var"))).resolve()

# --- What kind of installation -------------------------------------------------------------------------------------
DEMO = env.bool("PALIER_DEMO", default=False)
TESTING = env.bool("PALIER_TESTING", default=False)
DEBUG = env.bool("PALIER_DEBUG", default=False)
SECRET_KEY = env.str("PALIER_SECRET_KEY", "only-for-the-demonstration-and-tests" if DEMO or TESTING else "unset")
SECRET_KEY_FALLBACKS = env.list("PALIER_FORMER_SECRET_KEYS", default=[])
ORIGIN = env.str("PALIER_ORIGIN", "http://127.0.0.1:8000")
SECURE = ORIGIN.startswith("https://")
# True where the installation serves one landlord alone: the pages that run the scheme are not there.
SINGLE_LANDLORD = env.bool("PALIER_SINGLE_LANDLORD", default=False)
WEB_PROCESSES = env.int("PALIER_WEB_PROCESSES", default=2)
ALLOWED_HOSTS = env.list("PALIER_HOSTS", default=["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = [ORIGIN]

# --- The label's certificates --------------------------------------------------------------------------------------
LABEL_NAME = env.str("PALIER_LABEL", "Quali’Hlm")
# The private key and certificates that seal them, in a PKCS #12 file; what is not for real makes its own.
SEAL = env.str("PALIER_SEAL", str(DATA / "keys" / "seal.p12") if DEMO or TESTING else "")
SEAL_PASSWORD = env.str("PALIER_SEAL_PASSWORD", "only-for-the-demonstration-and-tests" if DEMO or TESTING else "")
# What gives the seal: another function where the key lies in a device or a service.
SEAL_FROM = env.str("PALIER_SEAL_FROM", "palier.register.seal.in_a_file")

# --- The ledger's signature ----------------------------------------------------------------------------------------
# The private keys that sign it, in files; what is not for real makes its own.
LEDGER_KEYS = env.list("PALIER_LEDGER_KEY", default=[str(DATA / "keys" / "ledger.pem")] if DEMO or TESTING else [])
# What it is called in all it signs, once and for all: checkpoints kept by people bear it.
LEDGER_NAME = env.str("PALIER_LEDGER_NAME", "demonstration.invalid/journal" if DEMO else f"{ORIGIN.split('/')[2]}/journal")
# What gives the signers: another function where the keys lie in a device or a service.
LEDGER_SIGNERS = env.str("PALIER_LEDGER_SIGNERS", "palier.ledger.signing.keys_in_files")

# --- Database ------------------------------------------------------------------------------------------------------
EMBEDDED: Path | None = DATA / "postgres"
if address := env.str("DATABASE_URL", ""):
    EMBEDDED = None
    DATABASES = {"default": env.db_url_config(address)}
elif EMBEDDED:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": "palier",
            "USER": "palier",
            "HOST": str(database.socket_folder(EMBEDDED)),
        }
    }
# Each writing request is one transaction: the act, its ledger line, its messages and the answer kept for a retry.
DATABASES["default"]["ATOMIC_REQUESTS"] = True
DATABASES["default"]["CONN_MAX_AGE"] = 600
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"]["TEST"] = {"NAME": f"test_palier_{os.getpid()}"}  # runs side by side do not meet
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Rooms, low to high, then what stands above them ---------------------------------------------------------------
ROOMS = [
    "palier.ledger",
    "palier.outbox",
    "palier.directory",
    "palier.documents",
    "palier.frameworks",
    "palier.stock",
    "palier.sources",
    "palier.visits",
    "palier.sites",
    "palier.comparison",
    "palier.consultation",
    "palier.plans",
    "palier.projects",
    "palier.label",
    "palier.audits",
    "palier.committee",
    "palier.register",
    "palier.minutes",
    "palier.questionnaires",
    "palier.surveys",
    "palier.answers",
    "palier.cases",
    "palier.studies",
    "palier.journey",
]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "csp",
    "django_cotton.apps.SimpleAppConfig",
    "django_htmx",
    "template_partials.apps.SimpleAppConfig",
    "procrastinate.contrib.django",
    *ROOMS,
    "palier.installation",
    "palier.commands",
    "palier.jobs",
    "palier.web",
]
MIDDLEWARE = [
    "palier.web.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "palier.installation.middleware.RequestLogMiddleware",
    "palier.web.sessions.StandingSessions",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "palier.web.middleware.DoorMiddleware",
    "palier.web.ui.typography.TypographyMiddleware",
    "palier.web.links.LinksMiddleware",
]
ROOT_URLCONF = "palier.installation.urls"
WSGI_APPLICATION = "palier.installation.wsgi.application"

# --- Pages ---------------------------------------------------------------------------------------------------------
COTTON_DIR = "ui/components"
COTTON_ISOLATE_BY_DEFAULT = True  # a component sees what it is given, not the page around it
FORM_RENDERER = "palier.web.ui.forms.PalierRenderer"
_loaders: list[object] = [
    "django_cotton.cotton_loader.Loader",
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "web"],
        "OPTIONS": {
            # Partials outermost: « page.html#part » is looked for after the page was found, cached or not.
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    _loaders if DEBUG else [("django.template.loaders.cached.Loader", _loaders)],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "palier.web.context.page",
            ],
            "builtins": [
                "django.templatetags.static",
                "django_cotton.templatetags.cotton",
                "template_partials.templatetags.partials",
                "palier.web.ui.templatetags.palier",
            ],
            "string_if_invalid": "",
        },
    }
]
STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STATICFILES_DIRS = [("built", PACKAGE / "web" / "built")]
PRINT_FONTS = PACKAGE / "web" / "built" / "fonts"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": DATA / "files"}},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = DEMO or TESTING or DEBUG
# Vite puts a fingerprint in every file name under built/assets: those never change.
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/built/assets/.+"
DOCUMENTS = DATA / "documents"
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000
MESSAGE_STORAGE = "palier.web.sessions.LastMessages"

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Paris"  # on screen; the database keeps UTC
USE_THOUSAND_SEPARATOR = False

# --- Sign-in -------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "directory.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_ADAPTER = "palier.web.directory.adapters.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "palier.web.directory.adapters.SocialAccountAdapter"
MFA_ADAPTER = "palier.web.directory.adapters.MFAAdapter"
_forms = "palier.web.directory.account_forms"
ACCOUNT_FORMS = {
    "login": f"{_forms}.LoginForm",
    "reset_password": f"{_forms}.ResetPasswordForm",
    "reset_password_from_key": f"{_forms}.ResetPasswordKeyForm",
    "change_password": f"{_forms}.ChangePasswordForm",
    "set_password": f"{_forms}.SetPasswordForm",
    "reauthenticate": f"{_forms}.ReauthenticatePasswordForm",
}
MFA_FORMS = {
    "authenticate": f"{_forms}.AuthenticateForm",
    "reauthenticate": f"{_forms}.ReauthenticateCodeForm",
    "activate_totp": f"{_forms}.ActivateCodesForm",
    "add_webauthn": f"{_forms}.AddKeyForm",
    "edit_webauthn": f"{_forms}.EditKeyForm",
}
# Ours beside allauth's: asking for a light link, opening one, opening an invitation.
ACCOUNT_RATE_LIMITS = {
    "access_link": "20/m/ip,3/h/key",
    "token": "30/m/ip",
    "survey_link": "10/m/ip",
    "survey_code": "10/m/ip,60/h/ip,2000/h/key",
}
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if SECURE else "http"
ACCOUNT_SESSION_REMEMBER = False
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Palier"
MFA_TOTP_TOLERANCE = 1  # the code before and the one after: a clock that drifts, a code typed as it changes
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_PROVIDERS = {}
# The organisation's own sign-in says whose verified address it is: that is the person Palier knows under it.
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_STORE_TOKENS = False
if oidc := env.str("PALIER_OIDC_SERVER", "").rstrip("/"):
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "APPS": [
            {
                "provider_id": "oidc",
                "name": env.str("PALIER_OIDC_NAME", "Compte de l’organisme"),
                "client_id": env.str("PALIER_OIDC_CLIENT_ID"),
                "secret": env.str("PALIER_OIDC_SECRET"),
                "settings": {"server_url": oidc},
            }
        ]
    }
# True where the organisation's own sign-in already asks for a second factor.
OIDC_PROVES_SECOND_FACTOR = env.bool("PALIER_OIDC_SECOND_FACTOR", default=False)
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# Rate limits of sign-in must hold over all web processes: the cache is the database.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "installation_cache",
        "OPTIONS": {"MAX_ENTRIES": 5_000},  # one entry a key or an address that was used lately
    }
}

# --- Headers -------------------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
if oidc:  # browsers hold form-action against the redirect that leaves for the organisation's sign-in
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"].append("/".join(oidc.split("/")[:3]))
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_SSL_REDIRECT = SECURE and env.bool("PALIER_REDIRECT_TO_TLS", default=False)
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env.bool("PALIER_BEHIND_PROXY", default=False) else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("PALIER_BEHIND_PROXY", default=False) else None

# --- Mail ----------------------------------------------------------------------------------------------------------
EMAIL_BACKEND = env.str("PALIER_MAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
EMAIL_HOST = env.str("PALIER_SMTP_HOST", "127.0.0.1")
EMAIL_PORT = env.int("PALIER_SMTP_PORT", 25)
EMAIL_HOST_USER = env.str("PALIER_SMTP_USER", "")
EMAIL_HOST_PASSWORD = env.str("PALIER_SMTP_PASSWORD", "")
EMAIL_USE_TLS = env.bool("PALIER_SMTP_TLS", default=False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("PALIER_MAIL_FROM", "Palier <palier@localhost>")
EMAIL_SUBJECT_PREFIX = "[Palier] "
# Surveys: the operator's HTTP gateway (jobs/fieldwork.py), and the secret under which it tells us of answers such as STOP.
SMS_GATEWAY = env.str("PALIER_SMS_GATEWAY", "")
SMS_TOKEN = env.str("PALIER_SMS_TOKEN", "")
SMS_ANSWERS_SECRET = env.str("PALIER_SMS_ANSWERS_SECRET", "")

# --- Logs: one line of JSON an event, on standard output -----------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {"()": "palier.installation.logs.JsonFormatter"},
        "plain": {"format": "%(levelname)s %(name)s %(message)s"},
    },
    "handlers": {
        "out": {
            "class": "logging.StreamHandler",
            "formatter": "plain" if DEMO or TESTING else "json",
            "stream": "ext://sys.stdout",
        }
    },
    # Each job of the worker, each task registered by a command: far more lines than acts.
    "loggers": {"procrastinate": {"level": "WARNING"}, "_granian": {}},
    "root": {"handlers": ["out"], "level": env.str("PALIER_LOG_LEVEL", "WARNING" if DEMO or TESTING else "INFO")},
}
