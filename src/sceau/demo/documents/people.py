"""The people in the demonstration's documents: invented, with identifiers that are well-formed and cannot be real.

RPPS numbers begin with 99 and end in their Luhn key; INS numbers carry the OID of the national test range
(1.2.250.1.213.1.4.10); telephone numbers come from the range that ARCEP keeps for fiction.
"""

from dataclasses import dataclass
from datetime import date

from sceau.demo import cast

MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)


@dataclass(frozen=True, slots=True)
class Doctor:
    """Who signs; also a nurse or a laboratory's biologist."""

    title: str
    given_name: str
    family_name: str
    specialty: str
    specialty_code: str  # TRE_A02, as CDA wants it
    rpps: str
    structure: str
    finess: str
    street: str
    postcode: str
    city: str
    phone: str

    @property
    def name(self) -> str:
        return f"{self.title} {self.given_name} {self.family_name}"


@dataclass(frozen=True, slots=True)
class Patient:
    given_name: str
    family_name: str
    sex: str  # "M" or "F"
    born: date
    birthplace: str
    birthplace_code: str  # INSEE
    rank: int  # in the register of births: the last digits before the key

    @property
    def ins(self) -> str:
        """15 digits: sex, year, month, place, rank, key."""
        sex = "1" if self.sex == "M" else "2"
        return with_ins_key(f"{sex}{self.born:%y%m}{self.birthplace_code}{self.rank:03d}")

    @property
    def civil_name(self) -> str:
        return f"{'M.' if self.sex == 'M' else 'Mme'} {self.given_name} {self.family_name}"

    def age(self, on: date) -> int:
        return on.year - self.born.year - ((on.month, on.day) < (self.born.month, self.born.day))


def with_luhn_key(digits: str) -> str:
    """The digits and their Luhn key, as in an RPPS number."""
    doubled = [int(digit) * 2 for digit in digits[::-2]]
    total = sum(value - 9 if value > 9 else value for value in doubled) + sum(map(int, digits[-2::-2]))
    return f"{digits}{-total % 10}"


def with_ins_key(digits: str) -> str:
    """The 13 digits and their key, 97 less the remainder by 97."""
    return f"{digits}{97 - int(digits) % 97:02d}"


def in_words(day: date) -> str:
    """«1er mars 2026»."""
    return f"{'1er' if day.day == 1 else day.day} {MONTHS[day.month - 1]} {day.year}"


def _doctor(player: cast.Player, specialty: str, code: str, finess: str, street: str, postcode: str) -> Doctor:
    return Doctor(
        player.civility,
        player.given_name,
        player.family_name,
        specialty,
        code,
        player.rpps or "",
        player.structure,
        finess,
        street,
        postcode,
        player.city,
        "04 65 71 05 12",
    )


CLAIRE = _doctor(
    cast.CLAIRE, "Médecine générale", "G15_10/SM26", with_luhn_key("05999990"), "12, rue des Tilleuls", "05000"
)
MARC = _doctor(cast.MARC, "Cardiologie", "G15_10/SM04", with_luhn_key("05999991"), "24, avenue des Écrins", "05100")
BIOLOGIST = Doctor(
    *("Dr", "Odile", "Marchal", "Biologie médicale", "G15_10/SM03", with_luhn_key("9900000411")),
    *("Laboratoire du Champsaur", with_luhn_key("05999992"), "3, place du Marché", "05000", "Gap", "04 65 71 05 40"),
)
HENRI = Patient("Henri", "DELMAS-FICTIF", "M", date(1959, 5, 14), "Gap", "05061", 990)
SARAH = Patient("Sarah", "ROUVIER-FICTIF", "F", date(1992, 9, 3), "Briançon", "05023", 991)
