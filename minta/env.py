"""Typed readers of the environment that fail loudly and name the variable, never its value."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"0", "false", "no", "off", ""})
_LINE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)")


def load_dotenv(
    path: Path, environ: dict[str, str] | os._Environ[str] = os.environ, *, needed: bool = False
) -> None:
    """Read `NAME=value` lines into the environment; what is set already wins.

    Raises ImproperlyConfigured for any other line, and when a `needed` file is not there.
    """
    if needed and not path.exists():
        raise ImproperlyConfigured(f"{path.name}, which MINTA_ENV_FILE names, is not there")
    if not path.is_file():
        return
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        match = _LINE.fullmatch(stripped)
        if match is None:
            raise ImproperlyConfigured(f"{path.name}, line {number}: not NAME=value")
        value = match[2].strip()
        if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
            value = value[1:-1]
        environ.setdefault(match[1], value)


class Environment:
    """What the process was started with, read by type."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def text(self, name: str, default: str | None = None) -> str:
        """Return NAME, or raise ImproperlyConfigured when it is missing and has no default."""
        value = self._values.get(name, "").strip()
        if value:
            return value
        if default is None:
            raise ImproperlyConfigured(f"{name} is not set")
        return default

    def secret(self, name: str, default: str | None = None) -> str:
        """Return NAME, or what the file named by NAME_FILE holds.

        Raises ImproperlyConfigured when both are set, or the file is empty or cannot be read.
        """
        path_text = self._values.get(f"{name}_FILE", "").strip()
        if not path_text:
            return self.text(name, default)
        if self._values.get(name, "").strip():
            raise ImproperlyConfigured(f"{name} and {name}_FILE are both set")
        try:
            value = Path(path_text).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ImproperlyConfigured(f"{name}_FILE cannot be read: {type(error).__name__}") from None
        if not value:
            raise ImproperlyConfigured(f"{name}_FILE names an empty file")
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return NAME as a yes or no."""
        value = self._values.get(name)
        if value is None:
            return default
        word = value.strip().lower()
        if word in TRUE:
            return True
        if word in FALSE:
            return False
        raise ImproperlyConfigured(f"{name} is neither true nor false")

    def number(self, name: str, default: int, *, at_least: int = 0) -> int:
        """Return NAME as a whole number of at least `at_least`."""
        value = self._values.get(name, "").strip()
        if not value:
            return default
        if not re.fullmatch(r"-?[0-9]{1,12}", value) or int(value) < at_least:
            raise ImproperlyConfigured(f"{name} is not a whole number of at least {at_least}")
        return int(value)

    def words(self, name: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Return NAME, a comma list, without blanks."""
        return _split(self._values.get(name, "")) or default

    def secrets(self, name: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Return NAME or NAME_FILE, a comma list of secrets: the first is current, the others still count."""
        return _split(self.secret(name, "")) or default

    def one_of(self, name: str, choices: tuple[str, ...], default: str) -> str:
        """Return NAME, which must be one of `choices`."""
        value = self.text(name, default)
        if value not in choices:
            raise ImproperlyConfigured(f"{name} is none of {', '.join(choices)}")
        return value

    def matching(self, name: str, pattern: str, default: str) -> str:
        """Return NAME, which must match the whole of `pattern`."""
        value = self.text(name, default)
        if not re.fullmatch(pattern, value):
            raise ImproperlyConfigured(f"{name} does not look like {default}")
        return value

    def folder(self, name: str, default: Path) -> Path:
        """Return NAME, a folder that only its owner may read, made if it is not there."""
        path = Path(self.text(name, str(default)))
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise ImproperlyConfigured(f"{name} cannot be made: {type(error).__name__}") from None
        return path

    def origin(self, name: str, default: str | None, *, insecure: bool) -> str:
        """Return NAME, an address without a slash at its end; one that is not https needs `insecure`."""
        value = self.text(name, default).rstrip("/")
        try:
            parts = urlsplit(value.replace("{shop}", "shop.example"))
            _ = parts.port
        except ValueError:  # its message may hold the address
            raise ImproperlyConfigured(f"{name} is not an http(s) address") from None
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ImproperlyConfigured(f"{name} is not an http(s) address")
        if parts.username or parts.password:
            raise ImproperlyConfigured(f"{name} must not hold a user or a password")
        if parts.scheme != "https" and not insecure:
            raise ImproperlyConfigured(f"{name} is not https, which only DEBUG or SANDBOX allows")
        return value


def _split(text: str) -> tuple[str, ...]:
    return tuple(word for part in text.split(",") if (word := part.strip()))
