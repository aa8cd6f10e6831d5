"""Keys are made once, together, readable by their owner alone."""

import stat
from pathlib import Path
from typing import Any

import pytest

from sceau.cli import keys
from sceau.core import clock
from sceau.custody import KeyAmongData
from sceau.custody.software import NoPassphrase
from sceau.evidence import trust
from sceau.evidence.trust import Trust

SECRET = {"custody.key", "log.key", "queue.key", "seal.key", "secret.key", "signer.key"}
PUBLIC = {"authority.crt", "custody.pub", "log.vkey", "queue.pub", "seal.crt", "signer.pub"}


def plan(folder: Path, passphrase: str = "une phrase") -> keys.Plan:
    return keys.Plan(folder, folder / "custody.key", passphrase, "essais.example/evidence", "Essais")


def test_every_key_is_there_and_secrets_are_for_their_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    keys.create(plan(folder), at=clock.now())
    assert {path.name for path in folder.iterdir()} == SECRET | PUBLIC
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE((folder / name).stat().st_mode) for name in SECRET} == {0o600}


def test_a_second_time_changes_nothing(tmp_path: Path) -> None:
    keys.create(plan(tmp_path / "keys"), at=clock.now())
    before = {path: path.read_bytes() for path in (tmp_path / "keys").iterdir()}
    with pytest.raises(keys.KeysExist):
        keys.create(plan(tmp_path / "keys"), at=clock.now())
    assert {path: path.read_bytes() for path in (tmp_path / "keys").iterdir()} == before


def test_two_installations_share_no_key(tmp_path: Path) -> None:
    for name in ("one", "two"):
        keys.create(plan(tmp_path / name), at=clock.now())
    for name in SECRET | PUBLIC:
        assert (tmp_path / "one" / name).read_bytes() != (tmp_path / "two" / name).read_bytes()


def test_custody_is_never_without_a_passphrase(tmp_path: Path) -> None:
    with pytest.raises(NoPassphrase):
        keys.create(plan(tmp_path / "keys", passphrase=""), at=clock.now())


def test_custody_is_never_below_the_data(tmp_path: Path, settings: Any) -> None:
    settings.SCEAU_DATA = tmp_path
    with pytest.raises(KeyAmongData):
        keys.create(plan(tmp_path / "keys"), at=clock.now())


def test_the_trust_file_names_the_log_and_the_seal(tmp_path: Path) -> None:
    keys.create(plan(tmp_path / "keys"), at=clock.now())
    written = Trust.parse(trust.write(tmp_path / "keys", "Essais"))
    assert (written.operator, written.log_keys[0].name) == ("Essais", "essais.example/evidence")
    assert len(written.authorities) == 1
    secrets = [(tmp_path / "keys" / name).read_bytes() for name in SECRET]
    assert not any(secret in trust.write(tmp_path / "keys", "Essais").encode() for secret in secrets)
