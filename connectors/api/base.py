"""What every address of the feed shares: a key first, one representation, errors in our shape."""

from typing import Any

from django.http import HttpRequest
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from connectors import scopes
from connectors.api.answers import FeedJson, answer, refusal
from connectors.api.auth import BearerKey
from connectors.errors import Missing
from connectors.models import FeedKey
from connectors.scopes import Scope


class OnlyJson(BaseContentNegotiation):
    """There is one representation: an Accept header changes nothing."""

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """Return the first."""
        return renderers[0], renderers[0].media_type


class FeedView(APIView):
    """An address of the feed: a key first, errors in our shape."""

    authentication_classes = (BearerKey,)
    renderer_classes = (FeedJson,)
    content_negotiation_class = OnlyJson
    http_method_names = ["get", "head", "options"]  # noqa: RUF012 - Django's name

    @property
    def scope(self) -> Scope:
        """What the request's key reaches."""
        key = self.request.auth
        if not isinstance(key, FeedKey):
            raise TypeError("a request without a key came through")
        return scopes.scope_of(key)

    def handle_exception(self, exc: Exception) -> Response:
        """Return the error in our shape."""
        return refusal(exc, type(self).__name__)

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Response:
        """Answer with Allow, which every answer has, and nothing else."""
        return answer(None, 204)


class Nowhere(FeedView):
    """Whatever else is asked for below the feed's address."""

    def get(self, request: Request, rest: str) -> Response:
        """Raise Missing."""
        raise Missing("There is no such address")
