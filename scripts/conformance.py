"""docs/conformance.md from the marks on tests: requirement → tests that hold it. `--write` renews, otherwise checks.

@pytest.mark.req("V6")        a numbered decision of the vault (V) or of evidence (E)
@pytest.mark.attack(31)       a numbered attack
"""

import ast
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "docs" / "conformance.md"

REQUIREMENTS = {
    "V1": "operator-blind storage: what is stored cannot be read without a live login",
    "V2": "principals own key pairs; a grant seals a mailbox epoch to one principal",
    "V3": "content: one fresh key an envelope, segmented encryption, committed and bound to its id",
    "V4": "lists and search: only what a reader's keys open; unopened envelopes give no word of their letter",
    "V5": "ways in: password, recovery code, custody; opening the wrap is the check",
    "V6": "sessions: the row is useless without the cookie",
    "V7": "idle lock: emptied, resumed where it was",
    "V8": "recovery never opens stored mail with a reset mail alone",
    "V9": "public keys are signed, the verification key is pinned outside the database",
    "V10": "rotation re-wraps and never rewrites payloads",
    "V11": "what waits to be sent is sealed to the queue key",
    "V12": "what is plain is listed, column by column",
    "V13": "uploads and drafts never touch a disk in clear",
    "V14": "destruction removes keys, then bytes, and says what backups keep",
    "V15": "one source of randomness, nothing secret in a representation or a dump",
    "E1": "evidence rows are immutable, records are sealed and erasable",
    "E2": "recorded, sequenced, integrated, published",
    "E3": "the leaf names nobody",
    "E4": "the checkpoint signs; the time says whose it is",
    "E5": "opening is per copy and person, committed before the first octet leaves",
    "E6": "once-only events happen once",
    "E7": "one integrator; compare-and-set; refuses to run behind its own tiles",
    "E8": "checks at start and in full",
    "E9": "a clock behind the log dates nothing",
    "E10": "receipts verify offline with a trust file alone",
    "E11": "identities can be erased, leaves stay",
    "E12": "a bounced notice is evidence and is told",
}

ATTACKS = {
    1: "SMTP smuggling", 2: "BDAT mixed with DATA", 3: "STARTTLS command injection", 4: "STARTTLS stripping",
    5: "IMAP PREAUTH injection", 6: "client certificate confusion", 7: "header and command injection",
    8: "open relay and backscatter", 9: "mail bomb", 10: "report storms and auto-reply loops", 11: "Mailsploit",
    12: "multiple From or Date headers", 13: "MIME confusion", 14: "Unicode tricks in names and addresses",
    15: "EFAIL", 16: "signature and seal spoofing", 17: "HTML sanitising", 18: "remote content",
    19: "archive bombs, polyglots, XXE", 20: "formula injection", 21: "OpenID Connect", 22: "card login",
    23: "app passwords", 24: "guessing a six-digit code", 25: "link scanners and previews", 26: "forwarded guest link",
    27: "delegation after revocation", 28: "object ids of others", 29: "CSRF, clickjacking, redirects, caches",
    30: "vendor API replay", 31: "ciphertext swap, cut, reorder, roll back", 32: "substituted public key or grant",
    33: "backup theft", 34: "key-service abuse", 35: "one ciphertext, two keys", 36: "forged evidence",
    37: "time", 38: "crash consistency", 39: "content where it must not be", 40: "search-index leak",
    41: "directory poisoning", 42: "imitated authority", 43: "patient space rules", 44: "recall and race with opening",
    45: "administrator turns", 46: "supply chain",
}  # fmt: skip


def marks() -> dict[str, list[str]]:
    """Requirement or attack → tests, as `path::name`; a module's `pytestmark` counts as its path."""
    found: dict[str, list[str]] = {}
    for module in sorted((ROOT / "tests").rglob("test_*.py")):
        tree, path = ast.parse(module.read_text(encoding="utf-8")), str(module.relative_to(ROOT))
        for mark in _of_module(tree):
            found.setdefault(mark, []).append(path)
        for name, node in _tests(tree):
            for mark in _marks(node.decorator_list):
                found.setdefault(mark, []).append(f"{path}::{name}")
    return found


def _of_module(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark":
            yield from _marks(node.value.elts if isinstance(node.value, ast.List) else [node.value])


def _tests(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef | ast.ClassDef]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name, node
        if isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef):
                    yield f"{node.name}::{inner.name}", inner


def _marks(decorators: Sequence[ast.expr]) -> Iterator[str]:
    for decorator in decorators:
        if isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Attribute):
            values = [argument.value for argument in decorator.args if isinstance(argument, ast.Constant)]
            if decorator.func.attr == "attack":
                yield from (f"attack {value}" for value in values if isinstance(value, int))
            elif decorator.func.attr == "req":
                yield from (value for value in values if isinstance(value, str))


def render() -> str:
    found = marks()
    known = set(REQUIREMENTS) | {f"attack {number}" for number in ATTACKS}
    if strange := set(found) - known:
        raise SystemExit(f"marks that no table knows: {', '.join(sorted(strange))}")
    lines = ["# Conformance", "", "Built by `python -m scripts.conformance --write` from the marks on tests.", ""]
    lines += ["## Decisions of the vault and of evidence", "", "| id | what holds | tests |", "|---|---|---|"]
    lines += [f"| {id} | {text} | {_cell(found.get(id))} |" for id, text in REQUIREMENTS.items()]
    lines += ["", "## Attacks", "", "| n° | attack | tests |", "|---|---|---|"]
    lines += [f"| {n} | {text} | {_cell(found.get(f'attack {n}'))} |" for n, text in ATTACKS.items()]
    return "\n".join(lines) + "\n"


def _cell(tests: list[str] | None) -> str:
    return "<br>".join(f"`{test}`" for test in tests) if tests else "not yet"


def main() -> None:
    if "--write" in sys.argv:
        TARGET.write_text(render(), encoding="utf-8")
    elif not TARGET.exists() or TARGET.read_text(encoding="utf-8") != render():
        raise SystemExit("docs/conformance.md is stale: python -m scripts.conformance --write")


if __name__ == "__main__":
    main()
