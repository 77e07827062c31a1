"""A form becomes a typed value or errors beside its fields; what was typed is kept.

Handlers read the form themselves, since a body declared on the handler would be refused before
the handler with only its first fault.
"""

from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from litestar import Request
from pydantic import BaseModel, ConfigDict, ValidationError

from app.kernel.errors import BadRequest, Invalid
from app.kernel.i18n import N_, gettext
from app.kernel.security import CSRF_FIELD

MAX_FIELDS = 200
MAX_FIELD_LENGTH = 20_000  # characters

SECRET_FIELDS = frozenset(
    {
        "code",
        "current_password",
        "new_password",
        "password",
        "picture",
        "pin",
        "pin_again",
        "recovery",
        "sent_code",
    }
)

MESSAGES = {
    "missing": N_("Please fill this in."),
    "string_too_short": N_("Please fill this in."),
    "string_too_long": N_("This is too long: %(max_length)s characters at most."),
    "string_pattern_mismatch": N_("This does not look right."),
    "int_parsing": N_("Please type a whole number."),
    "int_type": N_("Please type a whole number."),
    "greater_than_equal": N_("The smallest possible number is %(ge)s."),
    "less_than_equal": N_("The largest possible number is %(le)s."),
    "greater_than": N_("The number must be larger than %(gt)s."),
    "less_than": N_("The number must be smaller than %(lt)s."),
    "enum": N_("Please choose one of the options."),
    "literal_error": N_("Please choose one of the options."),
    "uuid_parsing": N_("Please choose one of the options."),
    "bool_parsing": N_("Please choose one of the options."),
}
OTHERWISE = N_("This does not look right.")


class FormModel(BaseModel):
    """Base of form structs: spaces trimmed, unknown fields ignored, nothing coerced silently."""

    model_config = ConfigDict(str_strip_whitespace=True, extra="ignore", frozen=True)


M = TypeVar("M", bound=FormModel)


@dataclass(slots=True)
class Form(Generic[M]):
    """What was sent: `data` when all is right, else `errors` by field; `values` to show again."""

    values: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)
    data: M | None = None

    def fail(self, name: str, message: str) -> None:
        """Add an error that only a rule could find; `message` is a msgid already translated."""
        self.errors[name] = message
        self.data = None

    def value(self, name: str, default: str = "") -> str:
        return self.values.get(name, default)

    @property
    def valid(self) -> M:
        """The data of a form known to be right; raises Invalid otherwise."""
        if self.data is None:
            raise Invalid
        return self.data


async def read_form(request: Request[Any, Any, Any], model: type[M]) -> Form[M]:
    """Convert the posted form; collects every error at once.

    A field that may repeat arrives as a list when the model says so. Raises BadRequest for NUL,
    broken text and absurd sizes.
    """
    sent = await request.form()
    raw: dict[str, Any] = {}
    for name, value in sent.multi_items():
        if not isinstance(value, str):
            continue
        check_text(name, value)
        if _is_list(model, name):
            raw.setdefault(name, []).append(value)
        else:
            raw.setdefault(name, value)
    if len(raw) > MAX_FIELDS:
        raise BadRequest
    return convert(raw, model)


def convert(raw: dict[str, Any], model: type[M]) -> Form[M]:
    """The same for values at hand; an empty text counts as not filled in."""
    shown = {
        name: value
        for name, value in raw.items()
        if isinstance(value, str) and name not in SECRET_FIELDS and name != CSRF_FIELD
    }
    form: Form[M] = Form(values=shown)
    given = {name: value for name, value in raw.items() if value not in ("", [])}
    try:
        form.data = model.model_validate(given)
    except ValidationError as error:
        for fault in error.errors():
            name = str(fault["loc"][0]) if fault["loc"] else "form"
            form.errors.setdefault(name, _sentence(fault))
    return form


def check_text(*texts: str) -> None:
    """Refuse what PostgreSQL cannot store: NUL and lone surrogates; and absurd lengths."""
    for text in texts:
        if "\x00" in text or len(text) > MAX_FIELD_LENGTH:
            raise BadRequest
        try:
            text.encode()
        except UnicodeEncodeError:
            raise BadRequest from None


def _sentence(fault: Any) -> str:
    if fault["type"] == "value_error":  # raised by a validator of ours with a msgid
        return gettext(str(fault["ctx"]["error"]))
    known = {k: v for k, v in fault.get("ctx", {}).items() if isinstance(v, (int, str))}
    return gettext(MESSAGES.get(fault["type"], OTHERWISE), **known)


def _is_list(model: type[FormModel], name: str) -> bool:
    found = model.model_fields.get(name)
    return found is not None and getattr(found.annotation, "__origin__", None) in (list, tuple)
