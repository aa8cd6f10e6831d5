"""« Tout télécharger »: choose, see what it comes to, take it in parcels that a cut line does not lose."""

from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_safe

from sceau.accounts.actor import Actor
from sceau.core import clock
from sceau.core.errors import Malformed, NotFound
from sceau.envelopes import export, filing, reading
from sceau.envelopes.export import Place, Plan, Wish
from sceau.envelopes.filing import Node
from sceau.envelopes.models import Copy
from sceau.ui import sizes
from sceau.vault.sessions import Assurance
from sceau.web import documents, nav, ranges
from sceau.web.guards import SignedIn, signed_in
from sceau.web.pages import PartLink, Tick

_SYSTEM = (Copy.Folder.RECEIVED, Copy.Folder.SENT, Copy.Folder.TRASH)


@require_safe
@signed_in(Assurance.CODE)
def everything(request: SignedIn) -> HttpResponse:
    """First the choice; once it is made, what it comes to, and the parcels."""
    by, at = request.actor, clock.now()
    nodes = filing.tree(by)
    chosen = _places(request, nodes)
    context = {
        "nav": nav.of(by, "account"),
        "section": "folders",
        "choices": _choices(nodes, chosen),
        "from_day": request.GET.get("du", ""),
        "to_day": request.GET.get("au", ""),
    }
    try:
        wish = _wish(request, by, nodes, at)
    except Malformed:
        context["trouble"] = _("Ces dates ne se lisent pas, ou la fin précède le début. Corrigez-les.")
        return render(request, "web/export.html", context, status=422)
    if wish:
        context |= _told(request, wish, export.plan(wish, by=by, at=at))
    return render(request, "web/export.html", context)


@require_GET
@signed_in(Assurance.CODE)
def parcel(request: SignedIn, number: int) -> HttpResponseBase:
    """One parcel of messages; a download that was cut asks for the rest of it (RFC 9110 §14)."""
    by, at = request.actor, clock.now()
    wish, nodes, plan = _asked(request, at)
    ids = _numbered(plan.parcels, number)
    word = _Word(plan.closed if number == len(plan.parcels) else 0)
    made = export.parcel(ids, wish, by=by, paths=_paths(nodes), note=_("À lire.txt"), word=word.messages, now=clock.now)
    name = _("sceau-%(day)s-%(number)s.zip") % {"day": _day(wish, by), "number": number}
    return ranges.answer(request, made, name)


@require_GET
@signed_in(Assurance.CODE)
def proofs(request: SignedIn, number: int) -> HttpResponseBase:
    """The receipts of some of them."""
    by = request.actor
    wish, nodes, plan = _asked(request, clock.now())
    name = _("sceau-%(day)s-preuves-%(number)s.zip") % {"day": _day(wish, by), "number": number}
    stream = export.proofs(
        _numbered(plan.proofs, number),
        wish,
        by=by,
        name=name,
        paths=_paths(nodes),
        note=_("À lire.txt"),
        word=_Word(0).proofs,
        now=clock.now,
    )
    return documents.download(reading.begun(stream))


class _Word:
    """What the file « À lire » says, in the reader's language; nothing when all is there."""

    def __init__(self, closed: int) -> None:
        self.closed = closed

    def messages(self, missing: list[str]) -> str:
        paragraphs = []
        if self.closed:
            paragraphs.append(
                ngettext(
                    "%(count)s enveloppe reçue que vous n’avez pas ouverte n’est pas ici : ouvrez-la, puis"
                    " recommencez.",
                    "%(count)s enveloppes reçues que vous n’avez pas ouvertes ne sont pas ici : ouvrez-les, puis"
                    " recommencez.",
                    self.closed,
                )
                % {"count": self.closed}
            )
        if missing:
            text = _("Le contenu conservé de ces envois ne s’ouvre pas, ils ne sont pas ici. Prévenez l’assistance :")
            paragraphs.append("\n".join([text, *missing]))
        return "\n\n".join(paragraphs)

    def proofs(self, missing: list[str]) -> str:
        if not missing:
            return ""
        text = _(
            "Les preuves de ces envois n’ont pas pu être faites. Celles d’un envoi récent sont prêtes après quelques"
            " secondes : recommencez ; si cela dure, prévenez l’assistance."
        )
        return "\n".join([text, *missing])


def _asked(request: SignedIn, at: datetime) -> tuple[Wish, tuple[Node, ...], Plan]:
    """Raises NotFound for what no page of ours links to."""
    nodes = filing.tree(request.actor)
    try:
        wish = _wish(request, request.actor, nodes, at)
    except Malformed:
        wish = None
    if wish is None:
        raise NotFound
    return wish, nodes, export.plan(wish, by=request.actor, at=at)


def _wish(request: HttpRequest, by: Actor, nodes: tuple[Node, ...], at: datetime) -> Wish | None:
    """None before anything was chosen. Raises Malformed."""
    if "dossier" not in request.GET:
        return None
    zone = ZoneInfo(by.person.zone)
    since = _midnight(request.GET.get("du", ""), zone)
    last = _midnight(request.GET.get("au", ""), zone)
    end = last + timedelta(days=1) - timedelta(microseconds=1) if last else at
    until = min(end, _fixed(request.GET.get("jusqua", ""), at))
    if since and since > until:
        raise Malformed
    return Wish(_places(request, nodes), until, since)


def _fixed(text: str, at: datetime) -> datetime:
    """When the parcels were counted: what came since does not change them."""
    if not text:
        return at
    try:
        return min(clock.from_milliseconds(int(text)), at)
    except (ValueError, OverflowError, OSError) as error:
        raise Malformed from error


def _midnight(text: str, zone: ZoneInfo) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(text), time(), zone) if text else None
    except ValueError as error:
        raise Malformed from error


def _places(request: HttpRequest, nodes: tuple[Node, ...]) -> tuple[Place, ...]:
    """Those that were ticked and are this mailbox's; all of them before."""
    all_: dict[str, Place] = {str(place): place for place in _SYSTEM}
    all_ |= {str(node.id): node.id for top in nodes for node in top.walk()}
    ticked = set(request.GET.getlist("dossier")) if "dossier" in request.GET else set(all_)
    return tuple(place for value, place in all_.items() if value in ticked)


def _choices(nodes: tuple[Node, ...], chosen: tuple[Place, ...]) -> tuple[Tick, ...]:
    system = [Tick(str(place), _names()[place], 1, place in chosen) for place in _SYSTEM]
    own = [
        Tick(str(node.id), nav.folder_name(node.name), node.depth, node.id in chosen)
        for top in nodes
        for node in top.walk()
    ]
    return (system[0], *own, *system[1:])


def _paths(nodes: tuple[Node, ...]) -> dict[Place, tuple[str, ...]]:
    """Own folders stand in one of their own, so that none is taken for « Reçues »."""
    paths: dict[Place, tuple[str, ...]] = {place: (name,) for place, name in _names().items()}

    def add(node: Node, above: tuple[str, ...]) -> None:
        paths[node.id] = (*above, nav.folder_name(node.name))
        for child in node.children:
            add(child, paths[node.id])

    for node in nodes:
        add(node, (_("Dossiers"),))
    return paths


def _names() -> dict[Copy.Folder, str]:
    return {
        Copy.Folder.RECEIVED: _("Reçues"),
        Copy.Folder.SENT: _("Envoyées"),
        Copy.Folder.TRASH: _("Corbeille"),
    }


def _told(request: HttpRequest, wish: Wish, plan: Plan) -> dict[str, object]:
    """How much it is, and a link for each piece. The links fix the hour: a second try finds the same parcels."""
    query = [("dossier", str(place)) for place in wish.places]
    query += [(name, value) for name in ("du", "au") if (value := request.GET.get(name))]
    asked = urlencode([*query, ("jusqua", str(clock.milliseconds(wish.until) + 1))])
    count = ngettext("%(count)s envoi", "%(count)s envois", plan.count) % {"count": plan.count}
    return {
        "count": plan.count,
        "total": f"{count}, {sizes.text(sum(plan.sizes))}",
        "closed": plan.closed,
        "parcels": _parcel_links(plan, asked),
        "proof_links": [
            PartLink(
                _("Preuves, partie %(number)s") % {"number": number}, _receipts(len(ids)), _at("proofs", number, asked)
            )
            for number, ids in enumerate(plan.proofs, start=1)
        ],
    }


def _parcel_links(plan: Plan, asked: str) -> list[PartLink]:
    parts = zip(plan.parcels, plan.sizes, strict=True)
    return [
        PartLink(
            _("Envois, partie %(number)s") % {"number": number},
            f"{_envelopes(len(ids))}, {sizes.text(size)}",
            _at("parcel", number, asked),
        )
        for number, (ids, size) in enumerate(parts, start=1)
    ]


def _envelopes(count: int) -> str:
    return ngettext("%(count)s envoi", "%(count)s envois", count) % {"count": count}


def _receipts(count: int) -> str:
    return ngettext("%(count)s preuve", "%(count)s preuves", count) % {"count": count}


def _at(route: str, number: int, asked: str) -> str:
    return f"{reverse(f'web:{route}', args=[number])}?{asked}"


def _numbered(parts: tuple[tuple[UUID, ...], ...], number: int) -> tuple[UUID, ...]:
    """Raises NotFound."""
    if not 1 <= number <= len(parts):
        raise NotFound
    return parts[number - 1]


def _day(wish: Wish, by: Actor) -> str:
    return f"{wish.until.astimezone(ZoneInfo(by.person.zone)):%Y-%m-%d}"
