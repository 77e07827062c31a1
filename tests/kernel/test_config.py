"""Settings are whole or refused; production takes nothing weak."""

from typing import Any

import pytest
from pydantic import ValidationError

from app.kernel.config import Environment, Settings

GOOD: dict[str, Any] = {
    "BOZORCHA_ENV": "production",
    "base_url": "https://bozorcha.uz",
    "database_url": "postgresql+asyncpg://shop@db/shop",
    "redis_url": "redis://cache/0",
    "secret_key": "s" * 40,
    "pin_pepper": "p" * 40,
    "payme_checkout_url": "https://checkout.paycom.uz",
    "payme_key": "k" * 36,
    "payme_merchant_id": "5e730e8e0b852a417aa49ceb",
}


@pytest.fixture(autouse=True)
def nothing_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.delenv("BOZORCHA_ENV", raising=False)


def test_a_whole_production_is_taken():
    settings = Settings(**GOOD)

    assert settings.env is Environment.PRODUCTION
    assert settings.is_production
    assert settings.is_secure
    assert settings.allowed_hosts == {"bozorcha.uz"}
    assert settings.allowed_origins == {"https://bozorcha.uz"}


@pytest.mark.parametrize(
    "change",
    [
        {"secret_key": "short"},
        {"secret_key": ""},
        {"pin_pepper": "p" * 31},
        {"base_url": "http://bozorcha.uz"},
        {"base_url": "https://localhost:8000"},
        {"payme_checkout_url": ""},
        {"payme_key": ""},
        {"BOZORCHA_ENV": "prod"},
    ],
)
def test_production_refuses_what_is_weak(change):
    with pytest.raises(ValidationError):
        Settings(**GOOD | change)


@pytest.mark.parametrize("name", ["BOZORCHA_ENV", "database_url", "redis_url", "secret_key"])
def test_what_is_missing_is_named(name):
    with pytest.raises(ValidationError, match=f"(?i){name}"):
        Settings(**{key: value for key, value in GOOD.items() if key != name})


def test_weak_secrets_are_refused_everywhere():
    with pytest.raises(ValidationError, match="SECRET_KEY must have 32"):
        Settings(**GOOD | {"BOZORCHA_ENV": "development", "secret_key": "s" * 31})


def test_secrets_are_not_shown():
    shown = repr(Settings(**GOOD))

    for name in ("secret_key", "pin_pepper", "payme_key"):
        assert GOOD[name] not in shown


def test_development_answers_on_this_machine_only():
    settings = Settings(**GOOD | {"BOZORCHA_ENV": "development", "base_url": "http://localhost:80"})

    assert settings.allowed_hosts == {"localhost", "127.0.0.1", "testserver"}
    assert "http://127.0.0.1:80" in settings.allowed_origins


def test_more_hosts_may_be_named():
    settings = Settings(**GOOD | {"trusted_hosts": "m.bozorcha.uz, ,www.bozorcha.uz"})

    assert settings.allowed_hosts == {"bozorcha.uz", "m.bozorcha.uz", "www.bozorcha.uz"}


def test_settings_do_not_change():
    with pytest.raises(ValidationError):
        Settings(**GOOD).base_url = "https://evil.example"
