"""The register of incidents: rows that stay, versions that are added."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, Keyed


class Incident(Keyed, Base):
    __tablename__ = "incident"

    number: Mapped[str] = mapped_column(unique=True)
    opened_by: Mapped[UUID]  # no foreign key: evidence does not go with a person


class IncidentVersion(Keyed, Base):
    """Everything that was known of an incident at one time; the highest version counts."""

    __tablename__ = "incident_version"
    __table_args__ = (UniqueConstraint("incident_id", "version"),)

    incident_id: Mapped[UUID] = mapped_column(ForeignKey("incident.id"))
    version: Mapped[int]
    author_id: Mapped[UUID]
    detected_at: Mapped[datetime]
    nature: Mapped[str]
    categories: Mapped[list[Any]]  # names of `incidents.CATEGORIES`
    people: Mapped[int | None]  # about how many; None: not known yet
    records: Mapped[int | None]
    effects: Mapped[str]
    measures: Mapped[str]
    notified_at: Mapped[datetime | None]  # the authority
    people_told_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
