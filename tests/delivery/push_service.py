"""A push service and a browser in one: it checks VAPID (RFC 8292) and decrypts (RFC 8291)."""

import asyncio
import base64
import json
from dataclasses import dataclass, field
from secrets import token_bytes
from typing import Any

import http_ece
import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "==")


@dataclass
class Browser:
    """A subscription with the private side that only the browser has."""

    endpoint: str
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    secret: bytes = field(default_factory=lambda: token_bytes(16))

    def subscription(self) -> dict[str, Any]:
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        keys = {"p256dh": b64(point), "auth": b64(self.secret)}
        return {"endpoint": self.endpoint, "expirationTime": None, "keys": keys}

    def decrypt(self, body: bytes) -> dict[str, Any]:
        text = http_ece.decrypt(
            body, private_key=self.key, auth_secret=self.secret, version="aes128gcm"
        )
        return json.loads(text)


@dataclass
class Pushed:
    path: str
    headers: dict[str, str]
    body: bytes

    def claims(self, public_key: str, audience: str) -> dict[str, Any]:
        """What the sender says of itself; raises when the signature or key is not right."""
        scheme, _, rest = self.headers["authorization"].partition(" ")
        parts = dict(part.strip().split("=", 1) for part in rest.split(","))
        assert scheme == "vapid"
        assert parts["k"] == public_key
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unb64(parts["k"]))
        return jwt.decode(parts["t"], key, algorithms=["ES256"], audience=audience)


class PushService:
    """Listens on the loopback; `answers` holds the status for the next messages, else 201."""

    def __init__(self) -> None:
        self.received: list[Pushed] = []
        self.answers: list[tuple[int, dict[str, str]]] = []
        self.origin = ""
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> "PushService":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self.origin = f"http://127.0.0.1:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()

    def browser(self, name: str = "phone") -> Browser:
        return Browser(f"{self.origin}/push/{name}")

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = dict(line.split(": ", 1) for line in head[1:] if line)
        headers = {name.lower(): value for name, value in headers.items()}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        self.received.append(Pushed(head[0].split()[1], headers, body))
        status, more = self.answers.pop(0) if self.answers else (201, {})
        extra = "".join(f"{name}: {value}\r\n" for name, value in more.items())
        answer = f"HTTP/1.1 {status} X\r\n{extra}content-length: 0\r\nconnection: close\r\n\r\n"
        writer.write(answer.encode())
        await writer.drain()
        writer.close()
