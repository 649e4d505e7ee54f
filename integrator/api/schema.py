"""The OpenAPI schema and its reading page, for those who are signed in or bring a token."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.views import redirect_to_login
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.exceptions import NotAuthenticated, NotFound
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # it registers itself
    """How the schema describes access tokens."""

    target_class = "integrator.api.authentication.BearerAuthentication"
    name = "accessToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """A bearer token in the Authorization header."""
        return {"type": "http", "scheme": "bearer", "description": "An access token, made on the page Tokens."}


class SchemaView(SpectacularAPIView):
    """``/api/schema/``: YAML, or JSON with ``?format=json``."""

    permission_classes = [IsAuthenticated]


class DocsView(SpectacularSwaggerSplitView):
    """``/api/docs/``: Swagger UI whose script is a request of its own, so that a strict CSP holds."""

    permission_classes = [IsAuthenticated]
    url_name = "api_schema"
    template_name = "api/docs.html"

    def handle_exception(self, exc: Exception) -> Any:
        """A browser that is not signed in is led to the sign-in and back; a machine gets its 401."""
        if isinstance(exc, NotAuthenticated) and "text/html" in self.request.headers.get("Accept", ""):
            return redirect_to_login(self.request.get_full_path())
        return super().handle_exception(exc)


class UnknownAddressView(APIView):
    """Any other address under ``/api/``: 401 for strangers, then 404, in the API's own form."""

    @extend_schema(exclude=True)
    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse after sign-in, whatever the method."""
        super().initial(request, *args, **kwargs)
        raise NotFound

    def http_method_not_allowed(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Never reached: ``initial`` refuses first."""
        raise NotFound
