"""The panes beside each other: the rail, and the list that the page's address names."""

from uuid import UUID

from sceau.core import clock
from sceau.envelopes import listing, rekeying
from sceau.envelopes.listing import Place
from sceau.envelopes.models import Copy, Folder
from sceau.web import narrowing, nav, panes
from sceau.web.pages import Nav
from sceau.web.requests import SignedIn


def context(request: SignedIn, place: Place, *, current: Copy | None = None) -> dict[str, object]:
    """`nav` and `pane`. The address of a letter carries the same cursor and filters as that of its list."""
    by = request.actor
    narrowed = narrowing.read(request.GET, zone=by.person.zone)
    before, after = cursor(request, "avant"), cursor(request, "apres")
    rail = nav.of(by, key(place))
    pane = panes.of(
        listing.page(place, by=by, before=before, after=after, filters=narrowed.filters),
        place,
        by=by,
        narrowing=narrowed,
        cursor={name: str(value) for name, value in (("avant", before), ("apres", after)) if value},
        current=current,
        unopened=unopened(rail, place),
    )
    rekeying.move(by, at=clock.now())
    return {"nav": rail, "pane": pane}


def place_of(copy: Copy) -> Place:
    """Where a copy is listed."""
    if copy.folder != Copy.Folder.FILED:
        return Copy.Folder(copy.folder)
    return copy.filed_in or (Copy.Folder.SENT if copy.role == Copy.Role.FROM else Copy.Folder.RECEIVED)


def key(place: Place) -> str:
    """What the rail calls it."""
    return str(place.id) if isinstance(place, Folder) else str(place)


def cursor(request: SignedIn, name: str) -> UUID | None:
    """Where to go on; what is no id means the beginning."""
    try:
        return UUID(request.GET[name]) if name in request.GET else None
    except ValueError:
        return None


def unopened(rail: Nav, place: Place) -> int:
    """How many wait in this place."""
    if place == Copy.Folder.RECEIVED:
        return rail.unopened
    return next((folder.unopened for folder in rail.folders if folder.current), 0)
