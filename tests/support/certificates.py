"""A certificate authority for tests, and what it signs: for servers on the loopback and for clients of theirs."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

LOOPBACK = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])


class Authority:
    """Signs certificates. ``pem`` is its own, for those who trust it."""

    def __init__(self, name: str = "Test authority") -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name(name)
        self._certificate = self._sign(self._name, self._key, until_days=1, is_authority=True)
        self.pem = _pem(self._certificate)

    def make(self, name: str, *, until_days: float = 1, names: x509.SubjectAlternativeName = LOOPBACK) -> str:
        """A certificate with its key, both as PEM. One whose end lies in the past has expired."""
        key = ec.generate_private_key(ec.SECP256R1())
        return _pem(self._sign(_name(name), key, until_days=until_days, names=names)) + make_key_pem(key)

    def make_server(self, folder: Path, *, until_days: float = 1, asks: bool = False) -> ssl.SSLContext:
        """The TLS of a server on the loopback; with ``asks`` it lets in only clients whom this authority signed."""
        path = folder / f"server-{until_days}.pem"
        path.write_text(self.make("server", until_days=until_days))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        if asks:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(cadata=self.pem)
        return context

    def _sign(
        self,
        name: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        *,
        until_days: float,
        is_authority: bool = False,
        names: x509.SubjectAlternativeName | None = None,
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=9))
            .not_valid_after(now + timedelta(days=until_days))
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        )
        if names is not None:
            builder = builder.add_extension(names, critical=False)
        return builder.sign(self._key, hashes.SHA256())


def make_key_pem(key: ec.EllipticCurvePrivateKey, *, password: str = "") -> str:
    """A key as PEM, encrypted where a password is given."""
    how: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if password:
        how = serialization.BestAvailableEncryption(password.encode())
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, how).decode()


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
