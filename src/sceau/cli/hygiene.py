"""What every process does before it holds a key (V15)."""

import ctypes
import os
import resource
import signal

_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE = 1, 4  # linux/prctl.h


def keep_memory_private() -> None:
    """No core dump, and no reading of our memory by other processes of the same user.

    `exec` forgets the second: each program calls this for itself.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _prctl(_PR_SET_DUMPABLE, 0)


def die_with_parent(parent: int) -> None:
    """A service must not outlive the supervisor that would restart it: two workers would be there unasked.

    `parent`: its process id. If it died before we could ask to be told, nobody would ever tell us.
    """
    _prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        os._exit(1)


def _prctl(option: int, value: int) -> None:
    if _LIBC.prctl(option, value, 0, 0, 0) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
