"""Every address of the product."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [path("", include("connectors.urls"))]
handler404 = "connectors.pages.notices.not_found"
