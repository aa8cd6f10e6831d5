"""What commands say: in French, or in English on an English terminal; what went wrong, and what to do."""

import os
from collections.abc import Iterable
from contextlib import AbstractContextManager

from django.core.checks import CheckMessage
from django.utils import translation


def language() -> AbstractContextManager[None]:
    """Speak the terminal's language while the block runs."""
    locale = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return translation.override("en" if locale.startswith("en") else "fr")


def fault_lines(messages: Iterable[CheckMessage]) -> str:
    """Each fault on a line with its id, the way out below it."""
    return "\n".join(f"  {message.id}  {message.msg}\n              → {message.hint}" for message in messages)
