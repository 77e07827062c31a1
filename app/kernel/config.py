"""Frozen settings, read once from the environment and validated at start."""

from base64 import b64decode
from enum import StrEnum
from functools import cached_property
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SECRET_MIN_LENGTH = 32  # characters; 256 bits when random
SIGNING_KEY_BYTES = 32


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
    former_secret_keys: SecretStr = SecretStr("")  # comma separated: still open what they sealed
    pin_pepper: SecretStr
    argon2_passes: int = Field(default=2, ge=1, le=20)
    argon2_memory_kib: int = Field(default=19 * 1024, ge=8, le=1024 * 1024)

    payme_merchant_id: str = ""
    payme_key: SecretStr = SecretStr("")
    payme_checkout_url: str = ""  # empty: the built-in sandbox bank, outside production only

    vapid_private_key: SecretStr = SecretStr("")
    vapid_subject: str = "mailto:support@bozorcha.uz"

    api_signing_keys: SecretStr = SecretStr("")  # Ed25519, comma separated, today's first

    smtp_url: str = ""  # empty: messages are kept for the development mailbox
    sms_url: str = ""

    template_reload: bool = False  # templates are read anew when they change, for their authors
    trusted_hosts: str = ""  # extra host names, comma separated
    trusted_proxies: str = ""  # addresses and networks whose X-Forwarded-For is believed
    staff_networks: str = ""  # addresses and networks that reach the staff's desk; empty: all

    @field_validator("trusted_proxies", "staff_networks")
    @classmethod
    def _networks_only(cls, value: str) -> str:
        for part in filter(None, (part.strip() for part in value.split(","))):
            ip_network(part)  # raises ValueError, which names the wrong one
        return value

    @field_validator("api_signing_keys")
    @classmethod
    def _keys_of_32_bytes(cls, value: SecretStr) -> SecretStr:
        for part in filter(None, (part.strip() for part in value.get_secret_value().split(","))):
            raw = b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
            if len(raw) != SIGNING_KEY_BYTES:
                raise ValueError(f"API_SIGNING_KEYS: {SIGNING_KEY_BYTES} bytes each, in base64url")
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
    def key_ring(self) -> tuple[str, ...]:
        """The keys that open what was encrypted at rest, today's first."""
        old = self.former_secret_keys.get_secret_value().split(",")
        return (self.secret_key.get_secret_value(), *(key.strip() for key in old if key.strip()))

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
