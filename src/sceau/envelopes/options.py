"""What a sender may choose beside the letter: when it is delivered, what the patient said of it. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sceau.core.errors import Refused

DELIVERY_LIMIT = timedelta(days=365)


class Patient(StrEnum):
    """What the patient said of the exchange (art. L.1110-4 of the French public health code wants him informed)."""

    NONE = ""
    INFORMED = "informed"
    AGREES = "agrees"
    OBJECTS = "objects"


class BadDelivery(Refused):
    """The time of delivery is none between `first` and `last`, where the sender lives."""

    code = "bad-delivery"

    def __init__(self, first: datetime, last: datetime) -> None:
        super().__init__()
        self.first = first
        self.last = last


class BadPatientDay(Refused):
    """The day on which the patient spoke is no day, or one that has not come yet."""

    code = "bad-patient-day"


@dataclass(frozen=True, slots=True)
class Statement:
    """What a patient said, and on which day."""

    said: Patient
    on: date


def delivery(text: str, *, zone: str, at: datetime) -> datetime | None:
    """The chosen minute (`YYYY-MM-DDTHH:MM`, where the sender lives); None when none was chosen.

    A minute that summer time leaves out or repeats is its first meaning. Raises BadDelivery.
    """
    if not text:
        return None
    local = ZoneInfo(zone)
    first, last = at.astimezone(local), (at + DELIVERY_LIMIT).astimezone(local)
    try:
        chosen = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadDelivery(first, last) from error
    if chosen.tzinfo is not None:
        raise BadDelivery(first, last)
    moment = chosen.replace(tzinfo=local).astimezone(at.tzinfo)
    if not at < moment <= at + DELIVERY_LIMIT:
        raise BadDelivery(first, last)
    return moment


def patient(said: str, on: str, *, zone: str, at: datetime) -> Statement | None:
    """What was chosen, today when no day was; None when nothing was. Raises BadPatientDay."""
    if said not in list(Patient) or said == Patient.NONE:  # a draft may have been saved by another version
        return None
    today = at.astimezone(ZoneInfo(zone)).date()
    try:
        day = date.fromisoformat(on) if on else today
    except ValueError as error:
        raise BadPatientDay from error
    if day > today:
        raise BadPatientDay
    return Statement(Patient(said), day)
