"""custody/software.py: a key file under a passphrase, outside the data folder."""

import pickle
from pathlib import Path

import pytest
from django.conf import LazySettings, settings
from hypothesis import given
from hypothesis import settings as sizes
from hypothesis import strategies as st

from sceau import custody
from sceau.core import hpke, keyfiles
from sceau.core.errors import Malformed, NotFound, Unreadable
from sceau.custody import KeyAmongData, software
from sceau.custody.port import KeyCustody
from sceau.custody.software import NoPassphrase
from tests.custody.contract import INFO, Contract

PASSPHRASE = "cheval exact pile agrafe"


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    paths = tmp_path / "custody.key", tmp_path / "custody.pub"
    software.create(*paths, PASSPHRASE)
    return paths


class TestSoftware(Contract):
    @pytest.fixture
    def kept(self, files: tuple[Path, Path]) -> tuple[KeyCustody, dict[str, bytes]]:
        return software.load(files[0], PASSPHRASE), software.read_public(files[1])


class TestSoftwareAfterRotation(TestSoftware):
    @pytest.fixture
    def kept(self, files: tuple[Path, Path]) -> tuple[KeyCustody, dict[str, bytes]]:
        software.rotate(*files, PASSPHRASE)
        return software.load(files[0], PASSPHRASE), software.read_public(files[1])

    @pytest.mark.req("V10")
    def test_it_still_opens_what_the_older_key_sealed(self, files: tuple[Path, Path]) -> None:
        older = software.read_public(files[1])["recovery"]
        software.rotate(*files, PASSPHRASE)
        assert software.read_public(files[1])["recovery"] != older
        sealed = hpke.seal(older, b"seed", info=INFO)
        assert software.load(files[0], PASSPHRASE).open("recovery", sealed, info=INFO) == b"seed"


@pytest.mark.req("V5")
def test_the_file_holds_no_seed_in_clear_and_is_its_owners_alone(files: tuple[Path, Path]) -> None:
    data = files[0].read_bytes()
    (master,) = software._masters(files[0], PASSPHRASE)
    assert master not in data
    assert files[0].stat().st_mode & 0o777 == 0o600
    assert files[1].stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("passphrase", ["cheval exact pile agraf", PASSPHRASE.upper()])
def test_a_wrong_passphrase_opens_nothing(files: tuple[Path, Path], passphrase: str) -> None:
    with pytest.raises(Unreadable):
        software.load(files[0], passphrase)


@pytest.mark.req("V5")
def test_a_passphrase_is_required(files: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(NoPassphrase):
        software.load(files[0], "")
    with pytest.raises(NoPassphrase):
        software.create(tmp_path / "other.key", tmp_path / "other.pub", "")
    assert not (tmp_path / "other.key").exists()


def test_a_file_that_others_may_read_is_refused(files: tuple[Path, Path]) -> None:
    files[0].chmod(0o640)
    with pytest.raises(keyfiles.ExposedKey):
        software.load(files[0], PASSPHRASE)


def test_an_absent_file_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        software.load(tmp_path / "none", PASSPHRASE)


def test_making_keys_twice_is_refused(files: tuple[Path, Path]) -> None:
    with pytest.raises(FileExistsError):
        software.create(*files, PASSPHRASE)


@sizes(max_examples=60, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=200).map(lambda data: software._MAGIC + data),
        st.binary(max_size=200),
        st.tuples(st.integers(0, 8 + 24 + 92), st.integers(0, 255)),
    )
)
def test_any_other_file_is_malformed_or_unreadable_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, data: bytes | tuple[int, int]
) -> None:
    folder = tmp_path_factory.mktemp("custody")
    if isinstance(data, tuple):
        data = software._sealed([bytes(32)], PASSPHRASE)[: data[0]] + bytes([data[1]])
    keyfiles.create(folder / "custody.key", data, mode=keyfiles.PRIVATE)
    with pytest.raises((Malformed, Unreadable)):
        software.load(folder / "custody.key", PASSPHRASE)


def test_any_other_public_file_is_malformed(files: tuple[Path, Path]) -> None:
    good = files[1].read_bytes()
    bad = [
        b"",
        b"{}",
        good[:-2],
        good + b"\n",
        good.replace(b'"version":1', b'"version":2'),
        good.replace(b"evidence", b"evidance"),
        good.replace(b'"recovery":"', b'"recovery":"AAAA'),
        b" " + good,
        b"\xff",
    ]
    for data in bad:
        files[1].write_bytes(data)
        with pytest.raises(Malformed):
            software.read_public(files[1])


def test_loaded_keys_stay_in_the_process(files: tuple[Path, Path]) -> None:
    with pytest.raises(TypeError):
        pickle.dumps(software.load(files[0], PASSPHRASE))


class TestWhatTheSettingsChoose:
    def test_it_seals_to_what_it_opens(self) -> None:
        sealed = hpke.seal(custody.public_key("evidence"), b"record", info=INFO)
        assert custody.load().open("evidence", sealed, info=INFO) == b"record"

    @pytest.mark.req("V5")
    def test_a_key_below_the_data_folder_is_refused(self, tmp_path: Path) -> None:
        below = Path(settings.SCEAU_DATA) / "keys" / "custody.key"
        with pytest.raises(KeyAmongData):
            custody.create(below, tmp_path / "custody.pub", PASSPHRASE)
        assert not below.exists()

    def test_a_key_linked_to_below_the_data_folder_is_refused(
        self, files: tuple[Path, Path], settings: LazySettings
    ) -> None:
        """A link, or `..`, does not hide where the file is."""
        hidden = Path(settings.SCEAU_DATA) / "hidden.key"
        hidden.write_bytes(files[0].read_bytes())
        files[0].with_name("link.key").symlink_to(hidden)
        try:
            for path in (files[0].with_name("link.key"), Path(settings.SCEAU_DATA) / ".." / "data" / "hidden.key"):
                settings.SCEAU_CUSTODY_KEY_FILE = path
                with pytest.raises(KeyAmongData):
                    custody.load()
        finally:
            hidden.unlink()

    def test_rotation_is_followed_by_this_process(self, files: tuple[Path, Path], settings: LazySettings) -> None:
        settings.SCEAU_KEYS, settings.SCEAU_CUSTODY_KEY_FILE = files[0].parent, files[0]
        settings.SCEAU_CUSTODY_PASSPHRASE = PASSPHRASE
        before = custody.public_key("recovery")
        custody.rotate(*files, PASSPHRASE)
        assert custody.public_key("recovery") != before
        sealed = hpke.seal(before, b"seed", info=INFO)
        assert custody.load().open("recovery", sealed, info=INFO) == b"seed"
