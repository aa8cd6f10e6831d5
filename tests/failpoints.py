"""Every crash point in the product, found in its source: the crash tables cannot forget one."""

import ast
from pathlib import Path

SOURCE = Path(__file__).parent.parent / "src" / "sceau"


def names() -> dict[str, Path]:
    """Each crash point and the module it stands in; a name may be used once only."""
    found: dict[str, Path] = {}
    for module in sorted(SOURCE.rglob("*.py")):
        for name in _calls(ast.parse(module.read_text(encoding="utf-8"))):
            assert name not in found, f"crash point {name} stands in {found[name]} and in {module}"
            found[name] = module
    return found


def _calls(tree: ast.Module) -> list[str]:
    calls = [
        node.args[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "failpoint" and node.args
    ]
    return [ast.literal_eval(name) for name in calls]  # a computed name raises: no table could hold it
