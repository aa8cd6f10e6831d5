"""Blobs that no row names: what a crash between "blob first" and "row second" leaves behind (style §6)."""

import itertools
from collections.abc import Iterable
from datetime import datetime, timedelta

from sceau import blobs
from sceau.envelopes.models import Envelope, Piece, Upload

_YOUNG = timedelta(hours=24)  # the row of a younger one may be about to be written
_BATCH = 500


def sweep(*, at: datetime) -> int:
    """Delete blobs of envelopes and uploads older than a day that no row names; how many."""
    store = blobs.store()
    store.sweep(before=at - _YOUNG)
    old = (entry.name for entry in store.names("blobs/") if entry.modified < at - _YOUNG)
    count = 0
    while names := list(itertools.islice(old, _BATCH)):
        for name in _unnamed(names):
            store.delete(name)
            count += 1
    return count


def _unnamed(names: Iterable[str]) -> set[str]:
    by_key = {name.rpartition("/")[2]: name for name in names}
    kept = {
        *Envelope.objects.filter(blob_key__in=by_key).values_list("blob_key", flat=True),
        *Upload.objects.filter(blob_key__in=by_key).values_list("blob_key", flat=True),
        *Piece.objects.filter(blob_key__in=by_key).values_list("blob_key", flat=True),
    }
    return {name for key, name in by_key.items() if key not in kept}
