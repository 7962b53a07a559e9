"""The addresses of the app. The platforms' are one pattern for all of them, and come last."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from connectors.pages import leaving, rights
from connectors.pages.downloads import download
from connectors.pages.entry import enter
from connectors.pages.operators import alive, metrics, ready
from connectors.pages.videos import play, state
from connectors.pages.webhooks import receive

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", alive),
    path("readyz", ready),
    path("metrics", metrics),
    path("feed/v1/", include("connectors.api.urls")),
    path("videos/<str:store>", state),
    path("videos/<str:video>/<str:file>", play),
    path("exports/<str:file>", download),
    path("leaving/<str:erasure>", leaving.show),
    path("leaving/<str:erasure>/receipt.json", leaving.receipt),
    path("rights/<str:store>/export", rights.state),
    path("rights/<str:verb>", rights.act),
    # With and without the slash at the end: a redirect would be a failed delivery.
    re_path(r"^webhooks/(?P<name>[a-z]{1,16})/?\Z", receive),
    re_path(r"^(?P<name>[a-z]{1,16})(?:/(?P<path>.*))?\Z", enter),
]
