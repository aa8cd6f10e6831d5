"""Our own static files, compressed.

They are few and change only with the program: each process compresses them once, when it starts, and keeps the result
in memory. Nothing has to be built or collected before, and what is served is never older than its source.
"""

import gzip
from collections.abc import Iterable, Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from wsgiref.headers import Headers

from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import Response, StaticFile

from sceau.ui import csp

_KINDS = (".css", ".js", ".mjs", ".svg", ".json", ".wasm")
_LEAST = 1024  # octets: below, the header costs what the rest saves


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc]  # whitenoise is not typed
    def get_static_file(self, path: str, url: str, stat_cache: Any = None) -> StaticFile:  # an os.stat_result a path
        headers = Headers([("Vary", "Accept-Encoding")])
        self.add_mime_headers(headers, path, url)
        self.add_cache_headers(headers, path, url)
        if ".worker." in url:
            headers["Content-Security-Policy"] = csp.WORKER
        return _File(path, headers.items(), stat_cache=stat_cache)


class _File(StaticFile):  # type: ignore[misc]  # whitenoise is not typed
    def __init__(self, path: str, headers: Any, *, stat_cache: Any) -> None:  # as whitenoise hands them on
        super().__init__(path, headers, stat_cache=stat_cache)
        self._packed = _packed(path, Path(path).stat().st_mtime_ns)

    def get_response(self, method: str, request_headers: Mapping[str, str]) -> Response:
        answer = super().get_response(method, request_headers)
        if "v=" not in request_headers.get("QUERY_STRING", ""):
            answer = Response(answer.status, _revalidated(answer.headers), answer.file)
        if answer.status != 200 or not self._packed or "gzip" not in request_headers.get("HTTP_ACCEPT_ENCODING", ""):
            return answer
        headers = Headers(list(answer.headers))
        headers["Content-Encoding"], headers["Content-Length"] = "gzip", str(len(self._packed))
        if answer.file:
            answer.file.close()
        return Response(answer.status, headers.items(), BytesIO(self._packed) if method == "GET" else None)


def _revalidated(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """One module asks for another without a version: a browser may keep it, but must ask whether it is still that."""
    return [(name, value if name.lower() != "cache-control" else "no-cache") for name, value in headers]


@cache
def _packed(path: str, _changed: int) -> bytes:
    """The file under gzip; nothing when that is not worth it."""
    data = Path(path).read_bytes()
    if not path.endswith(_KINDS) or len(data) < _LEAST:
        return b""
    return gzip.compress(data, 9, mtime=0)
