from functools import lru_cache

from django import template
from django.conf import settings
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from sceau.accounts.common_words import COMMON
from sceau.ui.context import static_version

register = template.Library()


@register.simple_tag
def asset(name: str) -> str:
    """The address of one of our static files, with the version that lets browsers keep it."""
    return f"{settings.STATIC_URL}ui/{name}?v={static_version()}"


@register.simple_tag
@lru_cache(maxsize=512)  # a page shows dozens, always the same few
def icon(name: str, label: str = "", kind: str = "i") -> SafeString:
    """A drawing of the sprite. Without a label it is decoration, and a word stands beside it."""
    where = asset("icons.svg")
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><use href="{}#{}"/></svg>', kind, label, where, name
        )
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>', kind, where, name)


@register.filter
def breakable(address: str) -> SafeString:
    """An address that goes on to the next line after its @ or, when that is not enough, after a dot."""
    name, at, domain = (str(escape(part)).replace(".", ".<wbr>") for part in address.rpartition("@"))
    return mark_safe(f'{name}{at}<wbr><span class="whole">{domain}</span>')  # noqa: S308 (escaped above)


@register.simple_tag
def common_words() -> str:
    """The well-known pieces of passwords, for the meter that runs in the browser."""
    return " ".join(sorted(COMMON))
