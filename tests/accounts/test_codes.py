import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection

from sceau.accounts import codes
from sceau.accounts.codes import CodeGone, NoResendLeft, NoTriesLeft, WrongCode
from sceau.accounts.models import Code
from sceau.core import random
from sceau.core.errors import Error

AT = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
SUBJECT = b"s" * 32


def wrong(digits: str) -> str:
    return f"{(int(digits) + 1) % 10**6:06d}"


def codes_but(digits: str, count: int) -> list[str]:
    return [f"{(int(digits) + step) % 10**6:06d}" for step in range(1, count + 1)]


@pytest.mark.django_db
class TestOneAfterTheOther:
    def test_a_code_is_six_digits_and_is_taken_once(self) -> None:
        digits = codes.issue("login", SUBJECT, at=AT)
        assert len(digits) == 6
        assert digits.isdigit()
        codes.check("login", SUBJECT, digits, at=AT)
        with pytest.raises(CodeGone):
            codes.check("login", SUBJECT, digits, at=AT)

    @pytest.mark.req("V6")
    def test_it_is_never_stored(self) -> None:
        digits = codes.issue("login", SUBJECT, at=AT)
        row = Code.objects.get()
        assert digits.encode() not in bytes(row.mac)
        assert len(bytes(row.mac)) == 32

    def test_four_wrong_tries_leave_one(self) -> None:
        digits = codes.issue("login", SUBJECT, at=AT)
        for left in (4, 3, 2, 1):
            with pytest.raises(WrongCode) as caught:
                codes.check("login", SUBJECT, wrong(digits), at=AT)
            assert caught.value.tries_left == left
        codes.check("login", SUBJECT, digits, at=AT)

    def test_after_five_wrong_tries_the_right_code_is_refused(self) -> None:
        digits = codes.issue("login", SUBJECT, at=AT)
        for _ in range(5):
            with pytest.raises(WrongCode):
                codes.check("login", SUBJECT, wrong(digits), at=AT)
        with pytest.raises(NoTriesLeft):
            codes.check("login", SUBJECT, digits, at=AT)

    def test_it_lives_ten_minutes(self) -> None:
        digits = codes.issue("login", SUBJECT, at=AT)
        with pytest.raises(CodeGone):
            codes.check("login", SUBJECT, digits, at=AT + timedelta(minutes=10))
        codes.check("login", SUBJECT, digits, at=AT + timedelta(minutes=9, seconds=59))

    @pytest.mark.attack(24)
    def test_a_code_opens_neither_another_subject_nor_another_purpose(self) -> None:
        digits = codes.issue("login", SUBJECT, at=AT)
        codes.issue("login", b"t" * 32, at=AT)
        codes.issue("guest", SUBJECT, at=AT)
        Code.objects.filter(purpose="login", subject=SUBJECT).update(mac=Code.objects.get(purpose="guest").mac)
        with pytest.raises(WrongCode):
            codes.check("login", b"t" * 32, digits, at=AT)
        with pytest.raises(WrongCode):
            codes.check("guest", SUBJECT, digits, at=AT)
        with pytest.raises(WrongCode):
            codes.check("login", SUBJECT, digits, at=AT)

    def test_a_subject_never_gets_a_second_first_code(self) -> None:
        codes.issue("login", SUBJECT, at=AT)
        with pytest.raises(IntegrityError):
            codes.issue("login", SUBJECT, at=AT)

    def test_another_code_replaces_the_first_and_gives_no_try_back(self) -> None:
        first = codes.issue("login", SUBJECT, at=AT)
        with pytest.raises(WrongCode):
            codes.check("login", SUBJECT, wrong(first), at=AT)
        second = codes.reissue("login", SUBJECT, at=AT)
        assert codes.state("login", SUBJECT, at=AT) == codes.State(4, 2, AT + timedelta(minutes=10))
        if first != second:
            with pytest.raises(WrongCode):
                codes.check("login", SUBJECT, first, at=AT)
        codes.check("login", SUBJECT, second, at=AT)

    def test_three_resends_and_no_more(self) -> None:
        codes.issue("login", SUBJECT, at=AT)
        for _ in range(3):
            codes.reissue("login", SUBJECT, at=AT)
        with pytest.raises(NoResendLeft):
            codes.reissue("login", SUBJECT, at=AT)

    def test_nothing_is_sent_again_for_what_is_over(self) -> None:
        codes.issue("login", SUBJECT, at=AT)
        with pytest.raises(CodeGone):
            codes.reissue("login", SUBJECT, at=AT + timedelta(minutes=10))
        with pytest.raises(CodeGone):
            codes.state("login", SUBJECT, at=AT + timedelta(minutes=10))


@pytest.mark.django_db(transaction=True)
class TestAHundredAtOnce:
    """Real threads, each with its own connection to the same database."""

    def guess(self, guesses: list[str], subject: bytes) -> list[str]:
        """What each guess was answered: "right", or the code of its refusal."""
        start = threading.Barrier(10)

        def one(share: list[str]) -> list[str]:
            start.wait()
            try:
                return [answer(guess) for guess in share]
            finally:
                connection.close()

        def answer(guess: str) -> str:
            try:
                codes.check("login", subject, guess, at=AT)
            except Error as error:
                return error.code
            return "right"

        with ThreadPoolExecutor(10) as pool:
            return [answer for share in pool.map(one, [guesses[n::10] for n in range(10)]) for answer in share]

    @pytest.mark.attack(24)
    def test_a_hundred_wrong_guesses_are_five(self) -> None:
        digits = codes.issue("login", SUBJECT, at=AT)
        answers = self.guess(codes_but(digits, 100), SUBJECT)
        assert answers.count("code-wrong") == 5
        assert answers.count("code-no-tries-left") == 95
        with pytest.raises(NoTriesLeft):
            codes.check("login", SUBJECT, digits, at=AT)

    @pytest.mark.attack(24)
    @pytest.mark.parametrize("attempt", range(3))
    def test_a_hundred_right_guesses_enter_once(self, attempt: int) -> None:
        subject = random.key()
        digits = codes.issue("login", subject, at=AT)
        answers = self.guess([digits] * 100, subject)
        assert answers.count("right") == 1
        assert not Code.objects.filter(subject=subject).exists()

    @pytest.mark.attack(24)
    @pytest.mark.parametrize("attempt", range(3))
    def test_right_and_wrong_together_enter_at_most_once_in_five_tries(self, attempt: int) -> None:
        subject = random.key()
        digits = codes.issue("login", subject, at=AT)
        answers = self.guess([*codes_but(digits, 50), *[digits] * 50], subject)
        assert answers.count("right") <= 1
        assert answers.count("right") + answers.count("code-wrong") <= 5
