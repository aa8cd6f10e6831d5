"""The canary's own proof: a search that cannot find would always be green."""

from pathlib import Path

import pytest

from tests import canary

WORD = "Zéphyrine-Quetzal"


@pytest.mark.attack(39)
@pytest.mark.parametrize("name", canary.plant(WORD))
def test_it_finds_a_leak_in_each_spelling(name: str) -> None:
    assert canary.search(canary.plant(WORD)[name], [WORD])


def test_it_finds_a_leak_in_a_file_and_names_the_place(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "leak.bin").write_bytes(b"\0" * 1000 + WORD.encode() + b"\0")
    (tmp_path / "clean.bin").write_bytes(b"\0" * 1000)
    assert list(canary.search_folders([WORD], tmp_path)) == [tmp_path / "deep" / "leak.bin"]


def test_it_stays_silent_on_innocent_bytes() -> None:
    assert canary.search(bytes(range(256)) * 100, [WORD]) == []
