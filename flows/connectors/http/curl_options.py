"""The options of curl by what becomes of them here. Data only; https://curl.se/docs/manpage.html."""

from __future__ import annotations

from typing import Any

# name → how the value is taken
VALUES: dict[str, str] = {
    "-X": "method", "--request": "method",
    "--url": "url",
    "-H": "header", "--header": "header",
    "-d": "data", "--data": "data", "--data-ascii": "data", "--data-binary": "data",
    "--data-raw": "raw",
    "--data-urlencode": "encoded",
    "--url-query": "query",
    "--json": "json",
    "-u": "user", "--user": "user",
    "--oauth2-bearer": "bearer",
    "-A": "agent", "--user-agent": "agent",
    "-e": "referer", "--referer": "referer",
    "-b": "cookie", "--cookie": "cookie",
    "-E": "certificate", "--cert": "certificate",
    "-m": "timeout", "--max-time": "timeout",
    "--max-redirs": "redirects",
}  # fmt: skip
FLAGS: dict[str, tuple[str, Any]] = {
    "-G": ("is_get", True), "--get": ("is_get", True),
    "-I": ("is_head", True), "--head": ("is_head", True),
    "-L": ("follows", True), "--location": ("follows", True),
}  # fmt: skip
IGNORED: dict[str, frozenset[str]] = {
    "flags": frozenset({
        "-s", "--silent", "-S", "--show-error", "-v", "--verbose", "-i", "--include", "-f", "--fail", "-N",
        "--no-buffer", "-O", "--remote-name", "--compressed", "--http1.1", "--http1.0", "--http2", "-0", "-4", "-6",
        "--ipv4", "--ipv6", "--fail-with-body", "-#", "--progress-bar", "--basic", "-g", "--globoff", "--tlsv1.2",
        "--tlsv1.3", "--no-progress-meter", "--show-headers",
    }),
    "values": frozenset({
        "-o", "--output", "-w", "--write-out", "--connect-timeout", "--retry", "--retry-delay", "--retry-max-time",
        "-c", "--cookie-jar", "-D", "--dump-header", "--key", "--key-type", "--cert-type", "--proto",
    }),
}  # fmt: skip
REFUSED: dict[str, str] = {
    "-F": "files and forms in parts are not taken from a command. Set 'multipart' in the step.",
    "--form": "files and forms in parts are not taken from a command. Set 'multipart' in the step.",
    "--form-string": "files and forms in parts are not taken from a command. Set 'multipart' in the step.",
    "-T": "a file of your machine cannot be sent from here. Give its content as the body.",
    "--upload-file": "a file of your machine cannot be sent from here. Give its content as the body.",
    "-k": "certificates are always checked here. Remove it, and add the authority's certificate to the connection.",
    "--insecure": "certificates are always checked here. Remove it, and add the authority's certificate to the "
    "connection.",
    "-x": "calls take no proxy here. Remove it.",
    "--proxy": "calls take no proxy here. Remove it.",
    "-K": "options cannot be read from a file. Paste them.",
    "--config": "options cannot be read from a file. Paste them.",
    "-n": "passwords cannot be read from a file. Make a connection with them.",
    "--netrc": "passwords cannot be read from a file. Make a connection with them.",
    "--digest": "this way to sign in is not known here. Ask the other side for a key or a token.",
    "--ntlm": "this way to sign in is not known here. Ask the other side for a key or a token.",
    "--negotiate": "this way to sign in is not known here. Ask the other side for a key or a token.",
    "--aws-sigv4": "this way to sign is not known here. Ask the other side for a key or a token.",
    "--unix-socket": "calls go to web addresses only.",
    "--resolve": "a host's address cannot be set by hand. Remove it.",
    "--connect-to": "a host's address cannot be set by hand. Remove it.",
    "--next": "the command makes several calls. Make a step of each.",
    "-:": "the command makes several calls. Make a step of each.",
    "--location-trusted": "another host never gets credentials here. Use -L.",
}
