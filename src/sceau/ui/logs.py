"""Structured logs: one JSON line an event, on standard output.

Lines carry ids, route names, counts and times; never a path, a query, an address, a token or content. Messages of
libraries are not trusted to keep that rule (Django's "Not Found: /…" holds a path, a database error holds values):
of their records only the logger, the level and, for an exception, its class and code lines are kept.
"""

import logging
import sys
import time
import traceback
from collections.abc import Callable, MutableMapping
from http import HTTPStatus
from types import TracebackType
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

_OURS = "sceau"
_FRAMES = 40  # enough to find the line, bounded whatever recursion did
_log = structlog.get_logger(_OURS)

_Error = tuple[type[BaseException], BaseException, TracebackType | None]


def configure() -> None:
    """Route structlog and the standard library's loggers to the same JSON lines. Calling it again is harmless."""
    level = logging.getLevelNamesMapping()[settings.SCEAU_LOG_LEVEL.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            _code_lines_only,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(),
    )
    root = logging.getLogger()
    root.setLevel(max(level, logging.WARNING))
    logging.getLogger("django.request").setLevel(logging.ERROR)  # its 4xx are in our own line already
    root.handlers = [kept for kept in root.handlers if not isinstance(kept, _LibraryHandler)] + [_LibraryHandler()]


class RequestLog:
    """One line a request: the name of the route, status, milliseconds, the person's id, the code of what went wrong.

    A warning when the fault is ours: a full disk, a clock that is behind, a database that does not answer.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.monotonic()
        response = self.get_response(request)
        if response.status_code == HTTPStatus.NOT_MODIFIED:
            return response  # an open desk asked for news and there is none: every few seconds, and no line
        match, actor = request.resolver_match, getattr(request, "actor", None)
        write = _log.warning if response.status_code >= 500 else _log.info
        write(
            "request",
            route=match.view_name if match else None,
            method=request.method if request.method in _METHODS else "other",
            status=response.status_code,
            ms=round(1000 * (time.monotonic() - started), 1),
            person=str(actor.person.id) if actor else None,
            **({"code": code} if (code := getattr(request, "error_code", None)) else {}),
        )
        return response


_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})


def code_lines(error: BaseException) -> list[str]:
    """Where an exception came from, without its words: class names, then "module:line function"."""
    names: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(names) < 8:
        names.append(type(cause).__qualname__)
        cause = cause.__cause__ or cause.__context__
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    return [" < ".join(names), *(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames)]


def _code_lines_only(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """`exc_info=error` (or True) becomes code lines."""
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    if isinstance(error, BaseException):
        event["error"] = code_lines(error)
    return event


class _LibraryHandler(logging.Handler):
    """Writes what a library reports, without its message."""

    def emit(self, record: logging.LogRecord) -> None:
        event: dict[str, Any] = {"event": "library", "logger": record.name, "line": record.lineno}
        if record.exc_info and record.exc_info[1]:
            event["error"] = code_lines(record.exc_info[1])
        event["level"] = record.levelname.lower()
        event["timestamp"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))
        print(structlog.processors.JSONRenderer()(None, "", event), flush=True)  # noqa: T201 (this is the log)
