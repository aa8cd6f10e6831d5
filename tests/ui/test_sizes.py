import pytest
from django.utils import translation

from sceau.ui import sizes


@pytest.mark.parametrize(
    ("octets", "shown"),
    [
        (0, "0 o"),
        (999, "999 o"),
        (1_000, "1 Ko"),
        (184_000, "184 Ko"),
        (1_840_000, "1,8 Mo"),
        (999_960, "1 Mo"),
        (40_000_000, "40 Mo"),
        (31_240_000, "31,2 Mo"),
        (2_500_000_000, "2,5 Go"),
    ],
)
def test_a_size_reads_as_people_say_it(octets: int, shown: str) -> None:
    with translation.override("fr"):
        assert sizes.text(octets) == shown.replace(" ", "\N{NO-BREAK SPACE}")


def test_a_total_says_what_is_left_to_fill() -> None:
    with translation.override("fr"):
        assert sizes.of(31_200_000, 40_000_000) == "31,2\u00a0Mo sur 40\u00a0Mo"


def test_english_has_its_own_point_and_units() -> None:
    with translation.override("en"):
        assert sizes.text(1_840_000) == "1.8\u00a0MB"
