"""What waits where: the rail of every page."""

from sceau.accounts.actor import Actor
from sceau.envelopes import listing
from sceau.web.pages import Nav


def of(actor: Actor, current: str) -> Nav:
    """Two queries."""
    return Nav(current, unopened=listing.unopened(actor), drafts=listing.draft_count(actor))
