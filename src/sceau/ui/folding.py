"""A page's fixed parts, written once a process and language.

Most of a page is the same for everybody: words, drawings, addresses without a variable. The engine walks through each
of them at every request, which took a sixth of a list's time. Here neighbours that depend on nothing but the language
are folded into one node when a template is loaded. What is not known to be fixed is left alone.
"""

from typing import Any

from django.template import Context, Template
from django.template.base import FilterExpression, Node, NodeList, TextNode, TokenType, Variable
from django.template.defaulttags import URLNode
from django.template.library import SimpleNode
from django.template.loaders import base, cached
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.urls import get_script_prefix, get_urlconf
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from sceau.ui.templatetags.sceau import asset, icon

_FIXED_TAGS = (asset, icon)  # give the same for the same arguments


class _Folding(base.Loader):
    def get_template(self, template_name: str, skip: list[Any] | None = None) -> Template:
        template = super().get_template(template_name, skip)
        fold(template.nodelist)
        return template


class Loader(cached.Loader, _Folding):
    """Django's own, which keeps templates; they are folded before it does, and seen by other threads only then."""


class Fixed(Node):
    """Neighbours that give the same for everybody."""

    child_nodelists = ()

    def __init__(self, nodes: list[Node]) -> None:
        self._nodes = nodes
        self._said: dict[tuple[object, ...], SafeString] = {}

    def render(self, context: Context) -> SafeString:
        here = get_language(), get_urlconf(), get_script_prefix(), context.autoescape
        said = self._said.get(here)
        if said is None:
            said = mark_safe("".join(str(node.render_annotated(context)) for node in self._nodes))  # noqa: S308 (as rendered)
            self._said[here] = said
        return said


def fold(nodes: NodeList) -> None:
    """In place, and within the nodes that hold others."""
    folded: list[Node] = []
    run: list[Node] = []
    for node in nodes:
        if _is_fixed(node):
            run.append(node)
            continue
        folded += [*_one(run), node]
        run = []
        for held in _held(node):
            fold(held)
    nodes[:] = [*folded, *_one(run)]


def _one(run: list[Node]) -> list[Node]:
    """A text alone is as quick as it gets."""
    return [Fixed(run)] if any(not isinstance(node, TextNode) for node in run) else run


def _held(node: Node) -> list[NodeList]:
    if hasattr(node, "conditions_nodelists"):  # {% if %}: its `nodelist` is a copy
        return [nodes for _condition, nodes in node.conditions_nodelists]
    held = (getattr(node, name, None) for name in node.child_nodelists)
    return [nodes for nodes in held if isinstance(nodes, NodeList)]


def _is_fixed(node: Node) -> bool:
    match node:
        case TextNode():
            return True
        case TranslateNode():
            return node.asvar is None and node.message_context is None and _is_constant(node.filter_expression)
        case BlockTranslateNode():
            texts = all(token.token_type is TokenType.TEXT for token in node.singular)
            more = (node.extra_context, node.plural, node.asvar, node.message_context)
            return texts and not any(more)
        case URLNode():
            return _is_constant(node.view_name) and not (node.args or node.kwargs or node.asvar)
        case SimpleNode():
            fixed = node.func in _FIXED_TAGS and not node.kwargs and node.target_var is None
            return fixed and all(map(_is_constant, node.args))
    return False


def _is_constant(expression: FilterExpression) -> bool:
    """A literal, as it stands or translated."""
    if expression.filters:
        return False
    literal = expression.var.literal if isinstance(expression.var, Variable) else expression.var
    return isinstance(literal, str)
