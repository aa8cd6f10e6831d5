"""The manual says every setting, every refusal and every command, and nothing that does not exist."""

import re
from pathlib import Path

from sceau import settings as source
from sceau.cli import checks

ROOT = Path(__file__).parent.parent.parent
MANUAL = ROOT / "docs" / "fr"
PAGES = (*MANUAL.glob("*.md"), ROOT / "README.md", ROOT / "README.fr.md")


def names(text: str, pattern: str) -> set[str]:
    return set(re.findall(pattern, text))


def test_every_setting_is_described() -> None:
    known = {name for name in source._read if not name.endswith("_FILE")} | {"SCEAU_CUSTODY_KEY_FILE"}
    table = names((MANUAL / "reglages.md").read_text(), r"\| `(SCEAU_[A-Z0-9_]+)`")
    assert table == known - {"SCEAU_FAILPOINT"}


def test_every_refusal_is_listed() -> None:
    listed = names((MANUAL / "exploiter.md").read_text(), r"\| `(sceau\.[EW]\d{3})`")
    assert listed == names(Path(checks.__file__).read_text(), r'id="(sceau\.[EW]\d{3})"')


def test_every_command_in_the_manual_exists() -> None:
    folder = Path(checks.__file__).parent / "management" / "commands"
    ours = {path.stem for path in folder.glob("*.py")} | {"check", "migrate", "verify"}
    for page in PAGES:
        assert names(page.read_text(), r"(?m)(?:`|«\xa0|^    )sceau ([a-z-]+)") <= ours, page


def test_every_link_leads_somewhere() -> None:
    for page in PAGES:
        for target in names(page.read_text(), r"\]\(([^)#:]+)\)"):
            assert (page.parent / target).exists(), (page, target)
