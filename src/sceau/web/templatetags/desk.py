"""The rows of a list, written without the template engine.

A page has fifty; each took the engine a tenth of a millisecond, half of the whole request. The markup stands here once,
for the list and for the row that changes alone; every text goes through `escape`.
"""

from functools import lru_cache
from html import escape

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from sceau.ui.dates import When
from sceau.ui.templatetags.sceau import asset
from sceau.web.pages import Chip, Row

register = template.Library()


@register.simple_tag
def rows(found: tuple[Row, ...]) -> SafeString:
    """The items of a list, each with its box to choose it by when it can be chosen."""
    pick = _("Choisir %(who)s, %(subject)s")
    return mark_safe("\n".join(_item(each, pick) for each in found))  # noqa: S308 (escaped where it is written)


@register.simple_tag
def row(found: Row, changed: bool = False) -> SafeString:
    """One row's link; `changed`: htmx puts it in the place of the one that the page has."""
    return mark_safe(_row(found, ' hx-swap-oob="true"' if changed else ""))  # noqa: S308 (escaped where it is written)


def _item(found: Row, pick: str) -> str:
    if not found.id:
        return f"<li>{_row(found)}</li>"
    said = escape(pick % {"who": found.who, "subject": found.subject})
    return (
        f'<li data-copy="{found.id}"><label class="pick"><input type="checkbox" name="copie" value="{found.id}"'
        f' form="choix" aria-label="{said}"></label>{_row(found)}</li>'
    )


def _row(found: Row, more: str = "") -> str:
    current = ' aria-current="true"' if found.current else ""
    return (
        f'<a class="row{" new" if found.unopened else ""}" id="e-{escape(found.id or found.href)}"'
        f' href="{escape(found.href)}"{current}{more}><span class="s">{_icon(found.icon)}</span>'
        f'<span class="from">{escape(found.who)}</span>{_time(found.when)}'
        f'<span class="subj">{escape(found.subject)}</span><span class="more">{_more(found)}</span></a>'
    )


def _more(found: Row) -> str:
    parts = []
    if found.state:
        parts.append(f'<span class="state">{escape(found.state)}</span>')
    if found.documents:
        parts.append(f'<span class="docs">{_icon("clip")}{escape(found.documents)}</span>')
    if found.label:
        parts.append(_chip(found.label))
    if found.answered:
        answered = escape(_("répondue"))
        parts.append(f'<span class="docs">{_icon("reply")}{answered}</span>')
    if found.thread > 1:
        title, said = escape(_("Lettres de cet échange")), escape(_("lettres dans l’échange"))
        count = f'{found.thread}<span class="quiet"> {said}</span>'
        parts.append(f'<span class="docs" title="{title}">{_icon("exchange")}{count}</span>')
    return "".join(parts)


def _time(when: When) -> str:
    return f'<time datetime="{escape(when.iso)}" title="{escape(when.exact)}">{escape(when.text)}</time>'


def _chip(chip: Chip) -> str:
    return f'<span class="chip {escape(chip.kind)}">{escape(chip.text)}</span>'


@lru_cache(maxsize=64)  # there are a dozen
def _icon(name: str) -> str:
    return f'<svg class="i" aria-hidden="true"><use href="{escape(asset("icons.svg"))}#{escape(name)}"/></svg>'
