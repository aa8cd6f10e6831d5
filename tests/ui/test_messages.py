"""Every word that a person may read exists in every language, and the compiled catalogues say it."""

from tests import parts


def test_the_catalogues_are_complete() -> None:
    parts.need_program("xgettext")
    from scripts import messages

    assert messages.check() == []
