"""What every address of the feed shares: a key first, one representation, errors in our shape.

A view has the methods that it defines and no others; `connectors.api.bodies` reads what is sent to it.
"""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from drf_spectacular.utils import extend_schema
from rest_framework.authentication import BaseAuthentication
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from connectors import scopes
from connectors.api import limits
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

    authentication_classes: Sequence[type[BaseAuthentication]] = (BearerKey,)
    renderer_classes = (FeedJson,)
    content_negotiation_class = OnlyJson

    @property
    def scope(self) -> Scope:
        """What the request's key reaches."""
        key = self.request.auth
        if not isinstance(key, FeedKey):
            raise TypeError("a request without a key came through")
        return scopes.scope_of(key)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Look at the key, and count the request as one of its own."""
        super().initial(request, *args, **kwargs)
        if isinstance(request.auth, FeedKey):
            limits.take(request.auth.pk)

    def handle_exception(self, exc: Exception) -> Response:
        """Return the error in our shape."""
        return refusal(exc, type(self).__name__)

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Response:
        """Answer with Allow, which every answer has, and nothing else."""
        return answer(None, 204)


class OpenView(FeedView):
    """An address of the feed that needs no key."""

    authentication_classes = ()


class Nowhere(FeedView):
    """Whatever else is asked for below the feed's address."""

    @extend_schema(exclude=True)
    def get(self, request: Request, rest: str) -> Response:
        """Raise Missing."""
        raise Missing("There is no such address")
