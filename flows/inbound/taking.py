"""Taking one call in, from raw bytes to facts: the body is authenticated before anything of it is read or kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from django.http import HttpRequest

from flows.errors import CallRefused
from flows.inbound.authenticating import SIGNS_BODY, SIGNS_FORM, Credentials, Shown, authenticate
from flows.inbound.forms import find_media_type, parse_multipart, parse_urlencoded, spooling_body
from flows.inbound.mail_in import BODY_MAX_BYTES, find_message, take_mail
from flows.inbound.mailgun import drop_files, make_message, read_mail_form, read_proof
from flows.inbound.rates import admit
from flows.inbound.reading import MULTIPART, URLENCODED, check_media_type, read_body
from flows.operations.intake import (
    CallFacts,
    Content,
    FormBody,
    InboundCall,
    Listener,
    read_call,
    read_cloud_event,
    read_form_content,
    read_json_content,
)
from integrator.lib.signing import Body

NO_FIELDS: Mapping[str, str] = {}


class Taking:
    """One call on its way in. ``call`` is what is known of it so far, also after a refusal."""

    def __init__(self, listener: Listener, credentials: Credentials, call: InboundCall) -> None:
        self._listener, self._credentials = listener, credentials
        self.call = replace(call, secrets=credentials.secrets, secret_names=credentials.names)

    def read(self, request: HttpRequest) -> CallFacts:
        """Authenticate the call and read it. Raises CallRefused; then nothing of its files is left."""
        media_type = find_media_type(self.call.headers)
        if self._listener.reading.is_mail:
            return self._read_mail(request)
        if media_type == MULTIPART:
            return self._read_multipart(request)
        body = read_body(request)
        self.call = replace(self.call, body=body, body_bytes=len(body))
        message_id = self._authenticate(body)
        check_media_type(self.call.headers)
        if media_type == URLENCODED:
            return self._read_form(parse_urlencoded(body), message_id)
        reading = self._listener.reading
        event = read_cloud_event(self.call)
        if event is None:
            return read_call(reading, self.call, message_id=message_id)
        self.call = replace(self.call, headers=event.headers)
        content = read_json_content(event.data, reading.shape)
        return read_call(reading, self.call, message_id=message_id or event.key, form=content)

    def _read_mail(self, request: HttpRequest) -> CallFacts:
        """A message: whoever proves themselves without the body does so before it is taken in."""
        signs_body, signs_form = self._signs_body, self._kind in SIGNS_FORM
        message_id = None if signs_body or signs_form else self._authenticate(b"")
        with spooling_body(request, max_bytes=BODY_MAX_BYTES) as raw:
            self.call = replace(self.call, body_bytes=raw.size_bytes)
            if signs_body:
                message_id = self._authenticate(raw)
            form = read_mail_form(raw, self.call.headers)
            if signs_form:
                message_id = self._authenticate_form(form)
            body = raw.path.read_bytes() if form is None else make_message(form)
        reading = self._listener.reading
        raw_message = body if form is not None else find_message(body, self.call.headers)
        mail = take_mail(raw_message, takes_automatic=reading.takes_automatic)
        content = Content(body=mail.body, files=mail.files, is_form=True)
        self.call = replace(self.call, body=content.as_text(), form_digest=content.digest())
        return read_call(reading, self.call, message_id=mail.key or message_id, form=content)

    @property
    def _signs_body(self) -> bool:
        return self._kind in SIGNS_BODY

    @property
    def _kind(self) -> str:
        return str(self._credentials.auth.get("kind"))

    def _read_multipart(self, request: HttpRequest) -> CallFacts:
        """A large body: whoever proves themselves without it does so before it is taken in."""
        signs_body = self._signs_body
        message_id = None if signs_body else self._authenticate(b"")
        check_media_type(self.call.headers)
        with spooling_body(request) as raw:
            self.call = replace(self.call, body_bytes=raw.size_bytes)
            if signs_body:
                message_id = self._authenticate(raw)
            form = parse_multipart(raw, self.call.headers)
        return self._read_form(form, message_id)

    def _read_form(self, form: FormBody, message_id: str | None) -> CallFacts:
        reading = self._listener.reading
        try:
            content = read_form_content(form, reading.shape)
        except CallRefused:
            for _, upload in form.uploads:
                upload.discard()
            raise
        self.call = replace(self.call, body=content.as_text(), form_digest=content.digest())
        return read_call(reading, self.call, message_id=message_id, form=content)

    def _authenticate_form(self, form: FormBody | None) -> str | None:
        try:
            return self._authenticate(b"", read_proof(form))
        except CallRefused:
            if form is not None:
                drop_files(form)
            raise

    def _authenticate(self, body: Body, fields: Mapping[str, str] = NO_FIELDS) -> str | None:
        shown = Shown(
            headers=self.call.headers,
            query=self.call.query,
            body=body,
            received_at=self.call.received_at,
            fields=fields,
        )
        message_id = authenticate(self._credentials, shown)
        admit(self._listener)
        return message_id
