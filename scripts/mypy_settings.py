"""Settings for the type checker: it loads the models, and needs neither data nor keys."""

import os

os.environ.setdefault("SCEAU_DATA", "/nonexistent/data")
os.environ.setdefault("SCEAU_KEYS", "/nonexistent/keys")

from sceau.settings import *  # noqa: F403
