"""What waits where: the rail of every page."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from sceau.accounts.actor import Actor
from sceau.envelopes import draft_list, filing, listing
from sceau.envelopes.filing import Node
from sceau.web.pages import FolderLink, Nav


def of(actor: Actor, current: str) -> Nav:
    """Three queries; four for who has folders of his own."""
    return Nav(
        current,
        unopened=listing.unopened(actor),
        drafts=draft_list.count(actor),
        folders=tuple(links(filing.tree(actor), current)),
    )


def links(nodes: tuple[Node, ...], current: str = "") -> Iterator[FolderLink]:
    """Each folder, then those it holds."""
    for top in nodes:
        for node in top.walk():
            yield FolderLink(
                id=str(node.id),
                name=folder_name(node.name),
                href=reverse("web:folder", args=[node.id]),
                depth=node.depth,
                unopened=node.unopened,
                current=str(node.id) == current,
            )


def folder_name(name: str) -> str:
    """Or what stands in for one that does not open any more."""
    return name or _("Dossier sans nom lisible")
