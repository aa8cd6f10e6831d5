"""`sceau` is Django's `manage.py` with our commands; the offline verifier needs no settings at all."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from sceau.cli import demonstration, verifier


def main() -> None:
    if sys.argv[1:2] == ["verify"]:
        sys.exit(verifier.main(sys.argv[2:]))
    if sys.argv[1:2] == ["demo"]:
        demonstration.enter(sys.argv[2:])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sceau.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"sceau: {error}")
