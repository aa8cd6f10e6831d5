"""What a child process says to whoever started it: the acknowledgement, once the act is done."""

import json
from dataclasses import dataclass
from typing import Any

Said = dict[str, Any]

MARK = "said "  # the product's own log goes to the same pipe


def say(**facts: Any) -> None:
    print(f"{MARK}{json.dumps(facts)}", flush=True)


def said(text: str) -> list[Said]:
    """What a process had said, whole lines only."""
    lines = [line for line in text.splitlines(keepends=True) if line.startswith(MARK) and line.endswith("\n")]
    return [json.loads(line.removeprefix(MARK)) for line in lines]


@dataclass(frozen=True)
class Ended:
    """A process that is over."""

    status: int  # negative: the signal that killed it
    said: list[Said]
    output: str
    trace: str
