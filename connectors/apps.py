"""The app's place in Django."""

from django.apps import AppConfig


class ConnectorsConfig(AppConfig):
    """Minta's connector."""

    name = "connectors"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let Django know the checks."""
        from connectors import checks  # noqa: F401
