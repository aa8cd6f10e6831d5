"""A mailbox's own words in a letter: its signature at the end, a template where it belongs."""

from dataclasses import replace

from sceau.accounts.actor import Actor
from sceau.envelopes import richtext, snippets
from sceau.envelopes.drafts import Content

_APART = "\n\n"


def below(*, by: Actor) -> str:
    """A letter of which only the signature is written; empty without one."""
    signature = snippets.signature(by=by)
    return f"{_APART}{signature}" if signature else ""


def inserted(content: Content, words: str, *, by: Actor) -> Content:
    """The letter with `words` at its end, but above the signature when that still stands there."""
    signature = below(by=by)
    if content.html:
        lines = "".join(map(richtext.paragraph, words.split("\n")))
        html = richtext.clean(content.html + lines)
        return replace(content, html=html, text=richtext.plain(html))
    above, sign = content.text, ""
    if signature and above.endswith(signature):
        above, sign = above.removesuffix(signature), signature
    return replace(content, text=_APART.join(filter(None, (above.rstrip(), words))) + sign)
