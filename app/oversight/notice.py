"""The notice to the persons whose data an incident concerns, drafted in each language."""

from dataclasses import dataclass

from app.kernel import clock
from app.kernel.formats import format_date
from app.kernel.i18n import Locale, gettext, use_locale
from app.oversight.incidents import CATEGORIES, Standing


@dataclass(frozen=True, slots=True)
class Draft:
    """A text to copy; what staff typed stands in it as it was typed."""

    locale: Locale
    text: str


def drafts(standing: Standing) -> list[Draft]:
    """One for each language of the shop (GDPR Art. 34: plain words, what to do, whom to ask)."""
    return [_draft(standing, locale) for locale in Locale]


def _draft(standing: Standing, locale: Locale) -> Draft:
    known = standing.now
    with use_locale(locale):
        data = "; ".join(gettext(CATEGORIES[one]) for one in known.categories if one in CATEGORIES)
        day = format_date(clock.local_day(known.detected_at))
        parts = [
            gettext("Hello! This letter is about the safety of your data at Bozorcha."),
            gettext("On %(day)s we found out: %(nature)s", day=day, nature=known.nature),
            gettext("It concerns this data: %(data)s.", data=data),
        ]
        if known.effects:
            parts.append(gettext("What it can lead to: %(effects)s", effects=known.effects))
        if known.measures:
            parts.append(gettext("What we have done: %(measures)s", measures=known.measures))
        parts += [
            gettext(
                "What you can do: tell nobody the codes that we send, open no links from letters "
                "about this, look at your devices on the page “Me” and sign out those you do not "
                "know, change your password if you have one."
            ),
            gettext(
                "We are sorry. If you have questions, write to our support and name the number "
                "%(number)s.",
                number=standing.incident.number,
            ),
        ]
    return Draft(locale, "\n\n".join(parts))
