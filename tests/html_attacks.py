"""The collections of attacks on letters in HTML that lie beside the repository; a test skips where they are absent."""

import json
from dataclasses import dataclass
from pathlib import Path

from tests import parts

FOLDER = Path(__file__).parents[2] / "shared" / "data"
_GENERATORS = {
    "deep-nesting": "<div>" * 5000 + "x" + "</div>" * 5000,
    "huge-attr": '<p title="' + "A" * 200_000 + '">x</p>',
    "entity-flood": "&lt;" * 50_000,
}


@dataclass(frozen=True)
class Attack:
    id: str
    html: str
    must_not_contain: tuple[str, ...] = ()


def folder(name: str) -> Path:
    found = FOLDER / name
    parts.need("this test", "" if found.exists() else f"the data folder {name}")
    return found


def on_mail() -> list[Attack]:
    """Written for a web mail: each says what must not be left."""
    cases = json.loads((folder("html-attacks") / "email-specific.json").read_text(encoding="utf-8"))
    return [
        Attack(case["id"], case["html"] or _GENERATORS[case["id"]], tuple(case["must_not_contain"])) for case in cases
    ]


def everything() -> list[Attack]:
    """Some 3,100: the mail's own, a sanitiser's own, payloads, naughty strings."""
    place = folder("html-attacks")
    bleach = json.loads((place / "bleach-cases.json").read_text(encoding="utf-8"))
    naughty = json.loads((place / "blns.json").read_text(encoding="utf-8"))
    payloads = (place / "xss-payloads-sample.txt").read_text(encoding="utf-8", errors="replace").split("\n")
    return [
        *on_mail(),
        *(Attack(case["id"], case["payload"]) for case in bleach),
        *(Attack(f"naughty-{number}", text) for number, text in enumerate(naughty)),
        *(Attack(f"payload-{number}", text) for number, text in enumerate(payloads)),
    ]
