"""Places where a test may cut the power: `kill -9` at a named line (attack 38).

`SCEAU_FAILPOINT=seal.blob-put` kills the process the first time it passes that name, `seal.blob-put:3` the third
time. The variable is read once, when this module is imported; without it a passage costs one comparison. A real
installation cannot be armed by accident: `sceau up` refuses to start while the variable is set (check sceau.E012).
"""

import itertools
import os
import signal

_armed, _, _count = os.environ.get("SCEAU_FAILPOINT", "").partition(":")
_fatal = int(_count or 1)
_passages = itertools.count(1)


def failpoint(name: str) -> None:
    """Die here, without any clean-up, when tests armed `name`; otherwise do nothing."""
    if name == _armed and next(_passages) == _fatal:
        os.kill(os.getpid(), signal.SIGKILL)
