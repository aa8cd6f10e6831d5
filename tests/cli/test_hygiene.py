"""Memory that holds keys leaves no dump and is not read by others (V15)."""

import subprocess
import sys

import pytest

PROGRAM = """
import ctypes, resource
from sceau.cli import hygiene
hygiene.keep_memory_private()
print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
"""


@pytest.mark.attack(39)
@pytest.mark.req("V15")
def test_no_core_dump_and_not_dumpable() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, timeout=30)
    assert done.stdout.strip() == "(0, 0) 0"
