"""The key of a request."""

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from connectors import feedkeys
from connectors.models import FeedKey


class BearerKey(BaseAuthentication):
    """Every request needs a living key: `Authorization: Bearer mfk_...`."""

    def authenticate(self, request: Request) -> tuple[None, FeedKey]:
        """Return the key, or raise Unverified."""
        return None, feedkeys.check(request.META.get("HTTP_AUTHORIZATION", ""), timezone.now())
