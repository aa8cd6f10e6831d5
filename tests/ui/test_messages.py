"""Every word that a person may read exists in every language, and the compiled catalogues say it."""

import subprocess
import sys
from pathlib import Path

from tests import parts

ROOT = Path(__file__).parents[2]


def test_the_catalogues_are_complete() -> None:
    """In a process of its own: the script brings its own settings."""
    parts.need_program("xgettext")
    check = subprocess.run([sys.executable, "-m", "scripts.messages"], cwd=ROOT, capture_output=True, text=True)
    assert check.returncode == 0, check.stdout
