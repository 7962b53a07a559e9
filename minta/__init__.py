"""The Django project around the connector."""
