"""One line of the table."""

from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Result:
    """`value` against what was asked or what the machine can do at best, in the same unit; a ratio of 1 reaches it."""

    name: str
    value: float
    unit: str
    against: str
    against_value: float
    extra: dict[str, Any] = field(default_factory=dict)
    better: Literal["more", "less"] = "more"

    def row(self) -> dict[str, Any]:
        ratio = self.value / self.against_value if self.better == "more" else self.against_value / self.value
        return {
            "name": self.name,
            "value": _short(self.value),
            "unit": self.unit,
            "against": self.against,
            "against_value": _short(self.against_value),
            "ratio": round(ratio, 2),
            **self.extra,
        }


def _short(value: float) -> float:
    return round(value, 1) if abs(value) >= 10 else round(value, 3)
