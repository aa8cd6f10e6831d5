"""What a load balancer and an operator's monitoring ask: nothing personal, nothing secret, no session."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sceau import blobs
from sceau.core import clock
from sceau.core.errors import Error
from sceau.evidence.models import Pending

_LATE = timedelta(seconds=60)  # a checkpoint follows an act within 2 s (E2); a minute means that nobody works


@require_safe
@never_cache
def alive(_request: HttpRequest) -> HttpResponse:
    """This process answers."""
    return HttpResponse("vivant\n", content_type="text/plain; charset=utf-8")


@require_safe
@never_cache
def ready(_request: HttpRequest) -> JsonResponse:
    """200 when this process can seal and open, else 503; each part says "ok" or what it is."""
    parts = {name: probe(clock.now()) for name, probe in PROBES.items()}
    return JsonResponse(parts, status=200 if set(parts.values()) == {"ok"} else 503)


def _database(_at: datetime) -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "unreachable"
    return "ok"


def _blobs(_at: datetime) -> str:
    try:
        next(blobs.store().names("health/"), None)
    except (Error, OSError):
        return "unreachable"
    return "ok"


def _log(at: datetime) -> str:
    """Whether the integrator keeps up: the oldest act that waits for its number."""
    try:
        oldest = Pending.objects.order_by("evidence__at_ms").values_list("evidence__at_ms", flat=True).first()
    except DatabaseError:
        return "unreachable"
    if oldest is not None and at - clock.from_milliseconds(oldest) > _LATE:
        return "late"
    return "ok"


PROBES: dict[str, Callable[[datetime], str]] = {"database": _database, "blobs": _blobs, "log": _log}
