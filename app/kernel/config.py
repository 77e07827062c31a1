"""Frozen settings, read once from the environment and validated at start."""

from enum import StrEnum
from functools import cached_property
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SECRET_MIN_LENGTH = 32  # characters; 256 bits when random


class Environment(StrEnum):
    DEVELOPMENT = "development"
    TEST = "test"
    PRODUCTION = "production"


class Settings(BaseSettings):
    """Machine settings; what people switch lives in the database instead."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    env: Environment = Field(validation_alias="BOZORCHA_ENV")
    data_dir: Path = Field(validation_alias="BOZORCHA_DATA_DIR", default=Path(".local"))
    base_url: str = "http://localhost:8000"

    database_url: str
    database_direct_url: str = ""  # LISTEN and migrations past a transaction pooler
    database_pool_size: int = 10
    database_pgbouncer: bool = False
    redis_url: str

    secret_key: SecretStr
    pin_pepper: SecretStr

    payme_merchant_id: str = ""
    payme_key: SecretStr = SecretStr("")
    payme_checkout_url: str = ""  # empty: the built-in sandbox bank, outside production only

    vapid_private_key: SecretStr = SecretStr("")
    vapid_subject: str = "mailto:support@bozorcha.uz"

    smtp_url: str = ""  # empty: messages are kept for the development mailbox
    sms_url: str = ""

    template_reload: bool = False  # templates are read anew when they change, for their authors
    trusted_hosts: str = ""  # extra host names, comma separated
    trusted_proxies: str = ""  # addresses and networks whose X-Forwarded-For is believed

    @field_validator("trusted_proxies")
    @classmethod
    def _networks_only(cls, value: str) -> str:
        for part in filter(None, (part.strip() for part in value.split(","))):
            ip_network(part)  # raises ValueError, which names the wrong one
        return value

    @model_validator(mode="after")
    def _production_is_strict(self) -> "Settings":
        for name in ("secret_key", "pin_pepper"):
            if len(getattr(self, name).get_secret_value()) < SECRET_MIN_LENGTH:
                raise ValueError(f"{name.upper()} must have {SECRET_MIN_LENGTH} characters or more")
        if self.env is Environment.PRODUCTION:
            if not self.base_url.startswith("https://"):
                raise ValueError("BASE_URL must be https in production")
            if not self.payme_checkout_url or not self.payme_key.get_secret_value():
                raise ValueError("PAYME_CHECKOUT_URL and PAYME_KEY must be set in production")
            if self.base_url.startswith("https://localhost"):
                raise ValueError("BASE_URL must be the public address in production")
        return self

    @property
    def is_production(self) -> bool:
        return self.env is Environment.PRODUCTION

    @property
    def is_secure(self) -> bool:
        """Cookies are `__Host-` and Secure exactly when the shop is served by https."""
        return self.base_url.startswith("https://")

    @cached_property
    def host(self) -> str:
        return urlsplit(self.base_url).hostname or "localhost"

    @cached_property
    def allowed_hosts(self) -> frozenset[str]:
        """Host names that a request may carry; anything else is answered with 400."""
        extra = {name.strip() for name in self.trusted_hosts.split(",") if name.strip()}
        local = set() if self.is_production else {"localhost", "127.0.0.1", "testserver"}
        return frozenset({self.host} | extra | local)

    @cached_property
    def allowed_origins(self) -> frozenset[str]:
        """Origins that may post forms and open event streams."""
        parts = urlsplit(self.base_url)
        port = f":{parts.port}" if parts.port else ""
        return frozenset(f"{parts.scheme}://{name}{port}" for name in self.allowed_hosts)


def load() -> Settings:
    """Read the settings; raises pydantic.ValidationError naming each wrong one."""
    return Settings()  # type: ignore[call-arg]
