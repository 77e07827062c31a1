"""Why an account may be closed: the sentence that its person reads."""

from collections.abc import Mapping

from app.kernel.i18n import N_

REASONS: Mapping[str, str] = {
    "fraud": N_("We saw payments or orders that look like fraud."),
    "rules": N_("The rules of the shop were broken."),
    "abuse": N_("Somebody was insulted or threatened."),
    "child_safety": N_("The safety of a child was at risk."),
    "false_details": N_("The details of the account are not true."),
    "stolen": N_("The account may be in the hands of somebody else."),
    "other": N_("Another reason, told below."),
}
