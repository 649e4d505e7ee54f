"""Every address of the product, by part. Wiring only: views live with their part."""

from __future__ import annotations

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path, re_path

from integrator import health, metrics

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # one sign-in, with its second factor


def refuse_sign_up(request: HttpRequest) -> HttpResponse:
    """People are looked after by an administrator; pages for doing so oneself do not exist."""
    raise Http404


urlpatterns: list[URLPattern | URLResolver] = [
    # --- for machines that watch this one
    path("healthz", health.answer_healthz, name="healthz"),
    path("readyz", health.answer_readyz, name="readyz"),
    path("live/", health.answer_live, name="live"),
    path("metrics", metrics.answer_metrics, name="metrics"),
    # --- people
    # no mail goes out and an address may name an approver: only an administrator adds people, addresses, new passwords
    re_path(r"^accounts/(?:signup|email|confirm-email|password/reset)/", refuse_sign_up),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("", include("integrator.people.urls")),
    # --- inbound calls: hooks/, status/
    path("", include("flows.inbound.urls")),
    # --- API: parts of v1 first, api/ takes whatever is left
    path("api/v1/", include("cases.api.urls")),
    path("api/v1/", include("cases.api.sla_urls")),
    path("api/v1/", include("cases.api.report_urls")),
    path("api/v1/", include("notifications.api.urls")),
    path("api/v1/", include("flows.api.urls")),
    path("api/v1/", include("integrator.files.api_urls")),
    path("api/", include("integrator.api.urls")),
    # --- pages
    path("", include("integrator.pages.urls")),
    path("", include("integrator.files.urls")),
    path("", include("notifications.urls")),
    path("", include("cases.urls")),
    path("", include("flows.views.connections_urls")),
    path("", include("flows.views.decision_tables_urls")),
    path("", include("flows.designer.urls")),
    path("", include("flows.views.run_urls")),
    path("", include("flows.views.work_urls")),
    path("", include("flows.views.report_urls")),
]

handler400 = "integrator.pages.errors.handle_400"
handler403 = "integrator.pages.errors.handle_403"
handler404 = "integrator.pages.errors.handle_404"
handler500 = "integrator.pages.errors.handle_500"
