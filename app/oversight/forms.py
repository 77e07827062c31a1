"""What is typed on the desk of the log and of incidents."""

from datetime import date, datetime

from pydantic import Field, ValidationInfo, field_validator

from app.kernel import clock
from app.kernel.forms import FormModel
from app.kernel.i18n import N_
from app.oversight.incidents import CATEGORIES, Facts

MOST = 1_000_000_000  # people or records
LONG = 4000  # characters
YEARS = (2020, 2100)  # anything else is a slip of the finger


class FilterForm(FormModel):
    """All of it optional; days are the shop's, both included."""

    person: str = Field(default="", max_length=60)
    action: str = Field(default="", max_length=60)
    kind: str = Field(default="", max_length=60)
    first: date | None = None
    last: date | None = None
    after: str = Field(default="", max_length=400)

    @field_validator("first", "last")
    @classmethod
    def _is_near(cls, day: date | None) -> date | None:
        if day is not None and not YEARS[0] <= day.year <= YEARS[1]:
            raise ValueError(N_("This does not look right."))
        return day


class IncidentForm(FormModel):
    """Times are typed as they are on the wall in Tashkent."""

    version: int = Field(default=0, ge=0, le=10_000)
    detected_at: datetime
    nature: str = Field(min_length=3, max_length=LONG)
    categories: list[str] = Field(min_length=1, max_length=len(CATEGORIES))
    people: int | None = Field(default=None, ge=0, le=MOST)
    records: int | None = Field(default=None, ge=0, le=MOST)
    effects: str = Field(default="", max_length=LONG)
    measures: str = Field(default="", max_length=LONG)
    notified_at: datetime | None = None
    people_told_at: datetime | None = None
    is_closed: bool = False

    @field_validator("detected_at", "notified_at", "people_told_at")
    @classmethod
    def _is_past(cls, moment: datetime | None) -> datetime | None:
        if moment is None:
            return None
        local = moment.replace(tzinfo=clock.TASHKENT) if moment.tzinfo is None else moment
        if local > clock.now():
            raise ValueError(N_("This time has not come yet."))
        if local.year < YEARS[0]:
            raise ValueError(N_("This does not look right."))
        return local

    @field_validator("categories")
    @classmethod
    def _are_known(cls, names: list[str]) -> list[str]:
        if set(names) - set(CATEGORIES):
            raise ValueError(N_("Please choose one of the options."))
        return [name for name in CATEGORIES if name in names]

    @field_validator("notified_at")
    @classmethod
    def _is_after(cls, moment: datetime | None, info: ValidationInfo) -> datetime | None:
        found = info.data.get("detected_at")
        if moment is not None and found is not None and moment < found:
            raise ValueError(N_("The authority cannot have been told before it was found."))
        return moment

    def facts(self) -> Facts:
        return Facts(
            detected_at=self.detected_at,
            nature=self.nature,
            categories=tuple(self.categories),
            people=self.people,
            records=self.records,
            effects=self.effects,
            measures=self.measures,
            notified_at=self.notified_at,
            people_told_at=self.people_told_at,
            is_closed=self.is_closed,
        )
