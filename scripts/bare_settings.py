"""Settings for tools that load the models and need neither data nor keys: the type checker, makemigrations."""

import os

os.environ.setdefault("SCEAU_DATA", "/nonexistent/data")
os.environ.setdefault("SCEAU_KEYS", "/nonexistent/keys")

from sceau.settings import *  # noqa: F403

DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
