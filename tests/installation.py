"""The keys of an installation, as `sceau keys create` makes them, for tests."""

from pathlib import Path

from sceau.cli import keys
from sceau.core import clock, password_box
from sceau.custody import software
from sceau.vault import wraps


def cheapen_passwords() -> None:
    """Argon2id at its floor: thousands of tests must not pay 95 ms a login."""
    wraps.COST = software.COST = password_box.CHEAPEST


def create_keys(folder: Path, passphrase: str) -> None:
    plan = keys.Plan(folder, folder / "custody.key", passphrase, "essais.example/evidence", "Opérateur d’essai")
    keys.create(plan, at=clock.now())
