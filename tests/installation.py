"""The keys of an installation, as `sceau keys create` makes them, for tests."""

from importlib import import_module, util
from pathlib import Path


def cheapen_passwords() -> None:
    """Argon2id at its floor: 10,000 tests must not pay 95 ms a login."""
    if util.find_spec("sceau.vault.wraps"):
        import_module("sceau.vault.wraps").COST = None


def create_keys(folder: Path, passphrase: str) -> None:
    if util.find_spec("sceau.vault.signer"):
        import_module("sceau.vault.signer").create(folder)
    if util.find_spec("sceau.custody.software"):
        import_module("sceau.custody").create(folder / "custody.key", folder / "custody.pub", passphrase)
