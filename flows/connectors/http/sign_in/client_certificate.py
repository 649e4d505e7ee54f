"""A certificate with its key, shown while the encrypted connection is made (mutual TLS)."""

from __future__ import annotations

import ssl
from collections.abc import Mapping

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from flows.connectors.http.sign_in.kind import ConnectionKind, Dressing, Outgoing, SecretField, invalid
from flows.definition.effect import ResolvedConnection
from integrator.lib.clock import to_rfc3339
from integrator.lib.outbound_http.tls import load_client_pem


def _read_secret(secret: str) -> Mapping[str, str]:
    """Whose certificate it is and until when it counts. Raises ValueError with a sentence."""
    try:
        certificate = x509.load_pem_x509_certificate(secret.encode())
    except ValueError as error:
        raise ValueError("Paste the certificate as PEM: it begins with -----BEGIN CERTIFICATE-----.") from error
    try:
        load_pem_private_key(_key_of(secret).encode(), password=None)
    except TypeError as error:
        raise ValueError("The key asks for a password. Paste it without one; it is stored encrypted here.") from error
    except ValueError as error:
        raise ValueError("Paste the key below the certificate: it begins with -----BEGIN PRIVATE KEY-----.") from error
    try:
        load_client_pem(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), secret)
    except (ssl.SSLError, ValueError) as error:
        raise ValueError(
            "The key does not belong to the certificate. Paste the two that were made together."
        ) from error
    return {
        "certificate_of": certificate.subject.rfc4514_string()[:200],
        "certificate_until": to_rfc3339(certificate.not_valid_after_utc),
    }


def _key_of(secret: str) -> str:
    """The PEM block of the key, as its label says."""
    lines = secret.splitlines()
    begins = next((n for n, line in enumerate(lines) if "BEGIN" in line and "PRIVATE KEY" in line), len(lines))
    return "\n".join(lines[begins:])


def _dress(connection: ResolvedConnection, outgoing: Outgoing) -> Dressing:
    if not outgoing.url.lower().startswith("https://"):
        raise invalid(connection, "shows a certificate, which only an address with https:// can ask for")
    return Dressing(client_pem=connection.secret)


CLIENT_CERTIFICATE = ConnectionKind(
    key="client_certificate",
    label="Client certificate",
    help="A certificate with its key, shown while the encrypted connection is made.",
    secret=SecretField(
        label="Certificate and key",
        help="Both as PEM, the certificate first, then those that signed it, the key last. Stored encrypted and never "
        "shown again.",
        is_long=True,
    ),
    read_secret=_read_secret,
    dress=_dress,
)
