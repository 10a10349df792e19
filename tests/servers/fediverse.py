"""Servers of the Fediverse on loopback under names of their own: certificates for them, and Fedify in Node.js."""

import json
import ssl
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.servers.installed import SERVERS, node

_MADE_AT = datetime(2026, 1, 1, tzinfo=UTC)
_YEARS = timedelta(days=3650)


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A certificate with its key, as PEM."""

    certificate: str
    key: str

    def context(self, folder: Path) -> ssl.SSLContext:
        file = folder / "served.pem"
        file.write_text(self.certificate + self.key)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


class Authority:
    """A certificate authority of its own: `file` is what to trust."""

    def __init__(self, folder: Path) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _named("Kooch test authority")
        made = self._build(self._name, self._key.public_key(), _MADE_AT + _YEARS).add_extension(
            x509.BasicConstraints(ca=True, path_length=0), critical=True
        )
        self.file = folder / "authority.pem"
        self.file.write_bytes(made.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))

    def issue(self, *hosts: str, until: datetime = _MADE_AT + _YEARS) -> Issued:
        """A certificate for `hosts`, which are in ASCII."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts])
        made = self._build(_named(hosts[0]), key.public_key(), until).add_extension(names, critical=False)
        return Issued(
            certificate=made.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode(),
            key=key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            ).decode(),
        )

    def _build(self, name: x509.Name, key: ec.EllipticCurvePublicKey, until: datetime) -> x509.CertificateBuilder:
        starts_at = min(_MADE_AT, until - timedelta(days=1))
        return x509.CertificateBuilder(self._name, name, key, x509.random_serial_number(), starts_at, until)


class Fedify:
    """A federating server that speaks no Mastodon API: `address` for `crawl.hosts`. Use it as a context manager.

    It has figure, moved (to successor, which names it back) and gone.
    """

    def __init__(self, issued: Issued) -> None:
        self._issued = issued

    def __enter__(self) -> Self:
        self._node = subprocess.Popen(
            [str(node()), str(SERVERS / "fediverse.mjs")],
            cwd=SERVERS,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._node.stdin is not None
        assert self._node.stdout is not None
        self._node.stdin.write(json.dumps({"cert": self._issued.certificate, "key": self._issued.key}) + "\n")
        self._node.stdin.flush()
        self.address = f"127.0.0.1:{json.loads(self._node.stdout.readline())['port']}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._node as server:
            assert server.stdin is not None
            server.stdin.close()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
