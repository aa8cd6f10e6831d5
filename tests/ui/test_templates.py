"""Every template, rendered with what its view hands over: no inline script or style, labels, landmarks, real icons."""

import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

import sceau
from tests.ui.samples import SAMPLES, Sample

PACKAGE = Path(sceau.__file__).parent
STATIC = PACKAGE / "ui" / "static" / "ui"
SYMBOLS = set(re.findall(r'<symbol id="([a-z]+)"', (STATIC / "icons.svg").read_text()))
ME = SimpleNamespace(name="Dr Claire Vasseur", email="claire.vasseur@exemple.fr", status="certified")


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, *names: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag in names]


def rendered(sample: Sample, language: str = "fr") -> str:
    request = RequestFactory().get("/recues")
    actor = SimpleNamespace(person=ME, mailbox=SimpleNamespace(address=ME.email), assurance=2)
    request.actor, request.found = actor, None  # type: ignore[attr-defined]  # as SessionMiddleware does
    with translation.override(language):
        return render_to_string(sample.template, sample.context, request=request)


@pytest.fixture(params=SAMPLES, ids=str)
def text(request: pytest.FixtureRequest) -> str:
    return rendered(request.param)


def test_every_page_has_a_sample() -> None:
    folder = PACKAGE / "web" / "templates"
    pages = {str(path.relative_to(folder)) for path in folder.rglob("*.html") if not path.name.startswith("_")}
    assert pages - {sample.template for sample in SAMPLES} == set()


def test_nothing_is_inline(text: str) -> None:
    page = Page(text)
    assert all(script.get("src") for script in page.all("script"))
    assert "style" not in {tag for tag, _ in page.tags}
    assert [
        name for _, attributes in page.tags for name in attributes if name == "style" or name.startswith("on")
    ] == []
    assert "javascript:" not in text


def test_every_address_is_ours(text: str) -> None:
    """Nothing is fetched from elsewhere, and static files carry the version that lets browsers keep them."""
    for _, attributes in Page(text).tags:
        for name in ("src", "href", "action", "formaction"):
            address = attributes.get(name) or "/"
            assert address.startswith(("/", "#", "tel:", "mailto:")), address
            if address.startswith("/static/"):
                path, _, version = address.partition("?v=")
                assert (STATIC.parent / path.removeprefix("/static/")).is_file(), address
                assert re.match(r"[0-9a-f]{12}", version), address


def test_every_icon_is_in_the_sprite(text: str) -> None:
    drawn = {str(use["href"]).partition("#")[2] for use in Page(text).all("use")}
    assert drawn <= SYMBOLS


def test_a_page_has_one_title_one_main_and_a_way_to_skip_to_it(text: str) -> None:
    page = Page(text)
    assert len(page.all("h1")) == 1
    assert [main.get("id") for main in page.all("main")] == ["contenu"]
    assert text.index('href="#contenu"') < text.index("<nav") if "<nav" in text else 'href="#contenu"' in text
    assert page.all("html")[0]["lang"] == "fr"


def test_ids_are_used_once(text: str) -> None:
    ids = Counter(str(attributes["id"]) for _, attributes in Page(text).tags if "id" in attributes)
    assert [name for name, count in ids.items() if count > 1] == []


def test_every_field_has_a_name_that_is_read_aloud(text: str) -> None:
    labelled = set(re.findall(r'<label[^>]* for="([^"]+)"', text))
    wrapped = "".join(re.findall(r"<label.*?</label>", text, re.DOTALL))
    for field in Page(text).all("input", "select", "textarea"):
        if field.get("type") == "hidden" or "hidden" in field:
            continue
        named = field.get("id") in labelled or field.get("aria-label") or f'name="{field["name"]}"' in wrapped
        assert named, field


def test_what_describes_a_field_is_on_the_page(text: str) -> None:
    page = Page(text)
    ids = {attributes.get("id") for _, attributes in page.tags}
    for _, attributes in page.tags:
        for name in ("aria-describedby", "aria-labelledby"):
            assert set((attributes.get(name) or "").split()) <= ids, attributes


def test_every_button_and_link_says_something(text: str) -> None:
    for inner in re.findall(r"<(?:a|button)\b([^>]*>.*?)</(?:a|button)>", text, re.DOTALL):
        attributes, _, content = inner.partition(">")
        assert "aria-label=" in attributes or re.sub(r"<[^>]+>", "", content).strip(), inner


@pytest.mark.attack(29)
def test_every_form_that_acts_carries_its_token(text: str) -> None:
    for form in re.findall(r"<form\b.*?</form>", text, re.DOTALL):
        if 'method="post"' in form:
            assert 'name="csrfmiddlewaretoken"' in form


def test_only_sealing_is_red() -> None:
    for sample in SAMPLES:
        assert rendered(sample).count('class="b wax"') == (1 if sample.template == "web/draft.html" else 0), sample


def test_a_screen_has_one_primary_action(text: str) -> None:
    assert len(re.findall(r'class="b (?:primary|wax|firm)', text)) <= 1


def test_an_unopened_envelope_shows_no_line_of_its_content() -> None:
    closed = next(sample for sample in SAMPLES if str(sample) == "envelope-closed")
    page = rendered(closed)
    assert 'class="body"' not in page
    assert "/documents/" not in page
    assert re.search(r'<form method="post" action="/enveloppes/[0-9a-f-]+/ouvrir"', page)


def test_what_somebody_wrote_is_text_and_nothing_else() -> None:
    sample = next(sample for sample in SAMPLES if str(sample) == "envelope")
    from dataclasses import replace

    letter = replace(sample.context["letter"], subject="<img src=x onerror=alert(1)>", text="</div><script>1</script>")
    page = rendered(Sample(sample.template, sample.context | {"letter": letter}))
    assert "<img" not in page
    assert "<script>1" not in page


def test_a_script_stays_small() -> None:
    for path in (STATIC / "js").glob("*.js"):
        lines = path.read_text().splitlines()
        assert len(lines) < 100, path.name
        assert not any(line.startswith("import ") for line in lines), "an import would not carry the version"


def test_french_marks_stay_on_the_line_of_their_word() -> None:
    """Before : ; ? ! » and after « stands a no-break space, in what pages say."""
    for sample in SAMPLES:
        if not str(sample).startswith(("folder", "envelope", "draft")):
            words = re.sub(r"<[^>]+>", "", rendered(sample))
            assert re.findall(r"\w+ [:;?!»]|« \w+", words) == [], sample
