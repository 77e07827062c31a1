"""Phone numbers: typed in many ways, kept in one (E.164)."""

import phonenumbers

COUNTRY = "UZ"
COUNTRY_CODE = 998  # only ours, so that nobody makes us send dear messages abroad
MAX_TYPED = 30  # characters


def parse_phone(typed: str) -> str | None:
    """`90 123 45 67`, `+998901234567` or `998 90…` as `+998901234567`; None for anything else."""
    if len(typed) > MAX_TYPED:
        return None
    digits = "".join(char for char in typed if char.isdecimal())
    if len(digits) == 12 and digits.startswith(str(COUNTRY_CODE)):
        typed = f"+{digits}"
    try:
        number = phonenumbers.parse(typed, COUNTRY)
    except phonenumbers.NumberParseException:
        return None
    if number.country_code != COUNTRY_CODE or not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
