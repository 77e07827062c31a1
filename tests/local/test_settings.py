"""`.env.example` names every setting."""

from app.kernel.config import Settings
from app.local.folder import ROOT

FOR_THE_PROCFILE = {"PORT", "WEB_PROCESSES"}


def test_example_names_every_setting_and_no_other() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    shown = {line.split("=")[0] for line in lines if line and not line.startswith("#")}

    wanted = {
        str(field.validation_alias or name).upper() for name, field in Settings.model_fields.items()
    }

    assert shown - FOR_THE_PROCFILE == wanted
