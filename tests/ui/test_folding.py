"""folding.py: what is fixed is said once, and nothing else."""

from typing import Any

import pytest
from django.template import Context, Engine, Template
from django.template.base import Node
from django.test.utils import override_script_prefix
from django.utils import translation

from sceau.ui.folding import Fixed, fold

BUILTINS = ["django.templatetags.i18n", "sceau.ui.templatetags.sceau"]


def folded(source: str) -> Template:
    template = Template(source, engine=Engine(builtins=[*Engine.default_builtins, *BUILTINS]))
    fold(template.nodelist)
    return template


def fixed(template: Template) -> list[Node]:
    return list(template.nodelist.get_nodes_by_type(Fixed))


def said(template: Template, **context: Any) -> str:
    return template.render(Context(context))


class Never(Node):
    """Fails when it is rendered."""


SOURCES = (
    "<p>{% translate 'Reçues' %}</p>{% icon 'seal' %}{% asset 'sceau.css' %}<i>{{ name }}</i>",
    "{% if name %}<a href=\"{% url 'web:received' %}\">{% translate 'Reçues' %}{% else %}{% icon 'pen' %}!{% endif %}",
    "{% for each in name %}{% translate 'Reçues' %}{{ each }}{% empty %}{% icon 'pen' %}{% endfor %}",
    "{% blocktranslate trimmed %}Reçues{% endblocktranslate %}{% icon 'seal' '' 'mark' %}",
    "{% block a %}{% translate 'Reçues' %}{% with b=name %}{% icon 'pen' %}{{ b }}{% endwith %}{% endblock %}",
    "{% translate 'Reçues' as word %}{{ word }}{% url 'web:received' as there %}{{ there }}{% icon name %}",
    "{% autoescape off %}{% translate 'L’été & l’hiver' %}{% endautoescape %}{% translate 'L’été & l’hiver' %}",
)


@pytest.mark.parametrize("source", SOURCES)
def test_a_folded_template_says_what_it_said(source: str) -> None:
    plain = Template(source, engine=Engine(builtins=[*Engine.default_builtins, *BUILTINS]))
    template = folded(source)
    for language in ("fr", "en", "fr"):
        with translation.override(language):
            for name in ("<Claire>", ""):
                assert said(template, name=name) == said(plain, name=name)


def test_every_page_has_fixed_parts_and_reads_in_both_languages() -> None:
    template = folded("<b>{% translate 'Reçues' %}</b>")
    with translation.override("fr"):
        assert said(template) == "<b>Reçues</b>"
    with translation.override("en"):
        assert said(template) == "<b>Received</b>"


def test_a_fixed_part_is_rendered_once() -> None:
    template = folded("{% translate 'Reçues' %}{% icon 'pen' %}")
    before = said(template)
    (part,) = fixed(template)
    assert isinstance(part, Fixed)
    part._nodes[:] = [Never()]
    assert said(template) == before


def test_an_address_is_where_the_site_is() -> None:
    template = folded("<a href=\"{% url 'web:received' %}\">")
    here = said(template)
    with override_script_prefix("/sceau/"):
        assert said(template) == here.replace('"/', '"/sceau/')
    assert said(template) == here


@pytest.mark.parametrize(
    "source",
    [
        "{{ name }}",
        "{% icon name %}",
        "{% asset name %}",
        "{% translate name %}",
        "{% translate 'x' as y %}",
        "{% url 'web:folder' name %}",
        "{% url name %}",
        "{% blocktranslate %}a {{ name }}{% endblocktranslate %}",
        "{% blocktranslate with a=name %}a{% endblocktranslate %}",
        "{% csrf_token %}",
        "{% now 'H' %}",
        "{% include name %}",
        "{% icon 'pen' as drawing %}",
        "{% translate 'x'|upper %}",
    ],
)
def test_what_may_differ_is_left_alone(source: str) -> None:
    assert fixed(folded(source)) == []
