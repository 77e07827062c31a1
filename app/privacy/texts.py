"""The texts of terms and privacy as msgids; a change of words is a new version in policies.py."""

from dataclasses import dataclass

from app.kernel.i18n import N_


@dataclass(frozen=True, slots=True)
class Chapter:
    """A heading with its sentences, all msgids."""

    title: str
    lines: tuple[str, ...]

    @property
    def all_lines(self) -> tuple[str, ...]:
        return (self.title, *self.lines)


TERMS_TITLE = N_("Terms of Bozorcha")
TERMS_CHANGES = (
    N_("The terms are now one short page, in four languages."),
    N_("Deleting your account takes 7 days, and you can take it back."),
)
TERMS = (
    Chapter(
        N_("Who we are"),
        (
            N_("Bozorcha is a family marketplace in Tashkent, tax number 309 847 215."),
            N_("Sellers sell here in their own name; each shop’s page says who it is."),
        ),
    ),
    Chapter(
        N_("Who buys"),
        (
            N_("The buyer is always an adult. A child wishes, a parent decides and pays."),
            N_("Whoever gives a child a phone keeps the PIN of the family to themselves."),
        ),
    ),
    Chapter(
        N_("Price and payment"),
        (
            N_("The price in soʻm that you see when you press “Pay” is what you pay."),
            N_("The money stays with us until the goods reach you."),
        ),
    ),
    Chapter(
        N_("Delivery, return, exchange"),
        (
            N_("The day of delivery stands in the order; without one it is 30 days at most."),
            N_("Goods that do not suit can be returned in 10 days, faulty ones later too."),
            N_("Until a seller packs the order you can cancel it, and all money comes back."),
        ),
    ),
    Chapter(
        N_("What is not allowed"),
        (
            N_("Goods that are dangerous or forbidden for children are not shown to them."),
            N_("Whoever deceives others or harms children here loses the account."),
            N_("Whoever was shut out learns why and may object; a person will look at it."),
        ),
    ),
    Chapter(
        N_("If we disagree"),
        (
            N_("Write to us first: support@bozorcha.uz. We answer within ten working days."),
            N_("Courts of Uzbekistan decide, where the law lets the buyer choose: near you."),
        ),
    ),
)

PRIVACY_TITLE = N_("Privacy at Bozorcha")
PRIVACY_CHANGES = (
    N_("The page now lists everything we keep, why, how long and who receives it."),
    N_("You can download your data and delete your account yourself."),
)
PRIVACY = (
    Chapter(
        N_("In short"),
        (
            N_("We keep what a purchase needs, no longer than it needs it. We sell it to nobody."),
            N_("Of children we keep a nickname, the year of birth, a drawn animal and wishes."),
            N_("No advertising to children, no profiles of them, no watching by third parties."),
            N_("Your face and finger stay on your device; we never receive them."),
        ),
    ),
    Chapter(
        N_("Children"),
        (
            N_("A child’s profile opens only with a parent’s consent; we keep the proof of it."),
            N_("A parent sees, corrects and deletes it and withdraws the consent at any time."),
            N_("Without consent the profile closes at once and is deleted 7 days later."),
        ),
    ),
    Chapter(
        N_("Your rights"),
        (
            N_("On the page “My data” you download everything, correct it or delete it."),
            N_("You may object, ask to limit what we do, or complain to the regulator."),
            N_("We answer within a month: privacy@bozorcha.uz."),
        ),
    ),
    Chapter(
        N_("Where and how"),
        (
            N_("The data lie in Uzbekistan, encrypted on the way; few people may see them."),
            N_("Cookies: one to keep you signed in, one for the language. No others."),
            N_("If data ever leak we tell you and the regulator within 72 hours."),
        ),
    ),
)

# Art, hue, words: read aloud, at most twelve words.
FOR_CHILDREN = (
    ("fox", 2, N_("You are an animal and a nickname here. Not your real name.")),
    ("red-heart", 3, N_("We keep your wishes so that your parents can see them.")),
    ("owl", 4, N_("Your parents see what you wish. Other people do not.")),
    ("house", 7, N_("We do not ask where you live. Never tell anybody here.")),
    ("speaking-head", 5, N_("No photos, no voice. Nobody can write to you here.")),
    ("broom", 6, N_("Your parents can wipe everything away. Just ask them.")),
    ("folded-hands", 8, N_("Does something feel strange? Tell a grown-up at once.")),
)
