"""Owns the TLS of calls: whom we trust, by which certificate we prove who we are, and what a failure means in words."""

from __future__ import annotations

import os
import ssl
import tempfile
from functools import lru_cache

import certifi
from urllib3.util.ssl_ import create_urllib3_context

from integrator.lib.outbound_http.dialing import TLSSocket
from integrator.lib.outbound_http.errors import BadRequestError
from integrator.lib.outbound_http.messages import OutboundPolicy

UNTRUSTED = "its TLS certificate or protocol is not trusted"
_VERIFY_WORDS = {  # of X509_verify_cert, OpenSSL
    9: "its TLS certificate is not valid yet",
    10: "its TLS certificate has expired",
    18: "its TLS certificate is signed by itself, so it is not trusted",
    19: "its TLS certificate is signed by an authority that is not trusted here",
    20: "its TLS certificate is signed by an authority that is not trusted here",
    21: "its TLS certificate is signed by an authority that is not trusted here",
    62: "its TLS certificate is for another name",
    64: "its TLS certificate is for another address",
}
_ALERT_WORDS = {  # RFC 8446, section 6.2, as OpenSSL spells the alerts of the other side
    "CERTIFICATE_REQUIRED": "it asks for a client certificate and got none",
    "ALERT_BAD_CERTIFICATE": "it does not accept our client certificate",
    "ALERT_CERTIFICATE_EXPIRED": "our client certificate has expired",
    "ALERT_CERTIFICATE_REVOKED": "our client certificate was revoked",
    "ALERT_UNKNOWN_CA": "it does not know the authority that signed our client certificate",
    "ALERT_HANDSHAKE_FAILURE": "it ended the TLS handshake; it may want a client certificate or another TLS version",
    "WRONG_VERSION_NUMBER": "it does not speak TLS there; the address may need http:// or another port",
    "UNSUPPORTED_PROTOCOL": "it speaks only a TLS version that is too old",
}


def make_tls_context(policy: OutboundPolicy) -> ssl.SSLContext:
    """Give the context of a call: certificate and name are always checked. Raises BadRequestError for unusable PEM.

    Without certificates of a connection's own it is shared: loading those of the system takes 20 ms.
    """
    if not policy.ca_pem and not policy.client_pem:
        return _shared_context(policy.ca_file)
    context = _new_context(policy.ca_file)
    try:
        if policy.ca_pem:
            context.load_verify_locations(cadata=policy.ca_pem)
        if policy.client_pem:
            load_client_pem(context, policy.client_pem)
    except (ssl.SSLError, ValueError) as error:
        raise BadRequestError("The certificate or key of the connection cannot be used; set it anew.") from error
    return context


def load_client_pem(context: ssl.SSLContext, pem: str) -> None:
    """Give the context a certificate with its key, both in one PEM text. OpenSSL reads files only: one in memory.

    Raises ssl.SSLError, or ValueError for a key that asks for a password.
    """
    descriptor, path = _open_file(pem)
    try:
        context.load_cert_chain(path, password=_refuse_password)
    finally:
        os.close(descriptor)
        if not path.startswith("/proc/"):
            os.unlink(path)


def tls_reason(error: BaseException) -> str | None:
    """Give what went wrong in TLS in words, found anywhere in the chain of an error; None where TLS is not to blame."""
    found = _find_tls_error(error, set())
    if found is None:
        return None
    if isinstance(found, ssl.SSLCertVerificationError):
        return _VERIFY_WORDS.get(found.verify_code, UNTRUSTED)
    if isinstance(found, ssl.SSLEOFError):
        return "it hung up on the encrypted connection; if it asks for a client certificate, ours did not do"
    said = f"{found.reason or ''} {found}".upper().replace(" ", "_")
    return next((words for alert, words in _ALERT_WORDS.items() if alert in said), UNTRUSTED)


def _find_tls_error(error: object, seen: set[int]) -> ssl.SSLError | None:
    if isinstance(error, ssl.SSLError):
        return error
    if not isinstance(error, BaseException) or id(error) in seen:
        return None
    seen.add(id(error))
    inner = (error.__cause__, error.__context__, getattr(error, "reason", None), *error.args)
    return next((found for one in inner if (found := _find_tls_error(one, seen)) is not None), None)


@lru_cache(maxsize=16)
def _shared_context(ca_file: str | None) -> ssl.SSLContext:
    return _new_context(ca_file)


def _new_context(ca_file: str | None) -> ssl.SSLContext:
    context = create_urllib3_context(cert_reqs=ssl.CERT_REQUIRED)
    context.check_hostname = True
    context.load_default_certs()
    context.load_verify_locations(certifi.where())
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    context.sslsocket_class = TLSSocket
    return context


def _open_file(text: str) -> tuple[int, str]:
    """An open file with this text and a path to it: in memory on Linux, else one that only we may read."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("client-certificate", os.MFD_CLOEXEC)
        path = f"/proc/self/fd/{descriptor}"
    else:
        descriptor, path = tempfile.mkstemp()
    os.write(descriptor, text.encode())
    return descriptor, path


def _refuse_password() -> str:
    raise ValueError("the key asks for a password")
