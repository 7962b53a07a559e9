"""Settings are read by type, fail loudly, name the variable and never say its value."""

import os
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from minta.env import Environment, load_dotenv

SETTINGS = Path(__file__).parents[1] / "minta" / "settings.py"
SECRET = "correct-horse-battery-staple"

Read = Callable[[Environment], Any]


@pytest.fixture
def settings_with(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Run the settings module as a fresh process would, with these variables alone."""
    good = {
        "SECRET_KEY": SECRET,
        "PUBLIC_URL": "https://minta.example",
        "MINTA_VAR_DIR": str(tmp_path / "var"),
        "MINTA_ENV_FILE": os.devnull,
    }

    def run(**changed: str | None) -> dict[str, Any]:
        for name in list(os.environ):
            monkeypatch.delenv(name)
        for name, value in {**good, **changed}.items():
            if value is not None:
                monkeypatch.setenv(name, value)
        return runpy.run_path(str(SETTINGS))

    return run


class TestReading:
    def test_text_is_stripped_and_an_empty_one_counts_as_missing(self) -> None:
        env = Environment({"A": "  word ", "B": "  "})
        assert env.text("A") == "word"
        assert env.text("B", "default") == "default"

    @pytest.mark.parametrize("word", ["1", "true", "YES", " on "])
    def test_yes(self, word: str) -> None:
        assert Environment({"A": word}).flag("A") is True

    @pytest.mark.parametrize("word", ["0", "false", "NO", "off", ""])
    def test_no(self, word: str) -> None:
        assert Environment({"A": word}).flag("A", default=True) is False

    def test_a_list_has_no_blanks(self) -> None:
        assert Environment({"A": " one,, two ,"}).words("A") == ("one", "two")

    def test_a_secret_list_keeps_its_order_so_that_the_first_is_current(self) -> None:
        assert Environment({"A": "new,old"}).secrets("A") == ("new", "old")

    def test_an_origin_loses_its_last_slash_and_keeps_the_shop_where_it_stands(self) -> None:
        env = Environment({"A": "http://127.0.0.1:9401/{shop}/"})
        assert env.origin("A", None, insecure=True) == "http://127.0.0.1:9401/{shop}"

    def test_a_folder_is_made_for_its_owner_alone(self, tmp_path: Path) -> None:
        made = Environment({"A": str(tmp_path / "x" / "y")}).folder("A", tmp_path)
        assert made.stat().st_mode & 0o777 == 0o700

    @pytest.mark.parametrize(
        ("value", "read"),
        [
            pytest.param("  ", lambda env: env.text("A_NAME"), id="text missing"),
            pytest.param("perhaps", lambda env: env.flag("A_NAME"), id="flag"),
            pytest.param("1e9", lambda env: env.number("A_NAME", 1), id="number not whole"),
            pytest.param("-4", lambda env: env.number("A_NAME", 1), id="number too small"),
            pytest.param("9" * 13, lambda env: env.number("A_NAME", 1), id="number too large"),
            pytest.param("purple", lambda env: env.one_of("A_NAME", ("red",), "red"), id="choice"),
            pytest.param(
                "2026-7", lambda env: env.matching("A_NAME", "[0-9]{4}-[0-9]{2}", "2026-10"), id="form"
            ),
            pytest.param(
                "x\n2026-07", lambda env: env.matching("A_NAME", ".{7}", "2026-10"), id="form, two lines"
            ),
            pytest.param("/dev/null/x", lambda env: env.folder("A_NAME", Path()), id="folder"),
            pytest.param(
                "ftp://h.example", lambda env: env.origin("A_NAME", None, insecure=True), id="scheme"
            ),
            pytest.param("https://", lambda env: env.origin("A_NAME", None, insecure=True), id="no host"),
            pytest.param(
                "https://h.example?a=1", lambda env: env.origin("A_NAME", None, insecure=True), id="query"
            ),
            pytest.param(
                "https://u:p@h.example", lambda env: env.origin("A_NAME", None, insecure=True), id="password"
            ),
            pytest.param(
                "https://h.example:x", lambda env: env.origin("A_NAME", None, insecure=True), id="port"
            ),
            pytest.param(
                "https://[h.example", lambda env: env.origin("A_NAME", None, insecure=True), id="bracket"
            ),
            pytest.param(
                "http://h.example", lambda env: env.origin("A_NAME", None, insecure=False), id="not https"
            ),
        ],
    )
    def test_what_is_wrong_is_named_and_its_value_is_not_said(self, value: str, read: Read) -> None:
        with pytest.raises(ImproperlyConfigured, match="A_NAME") as caught:
            read(Environment({"A_NAME": value}))
        assert not value.strip() or value not in str(caught.value)
        assert caught.value.__cause__ is None


class TestSecretsInFiles:
    def test_a_secret_may_come_from_a_file(self, tmp_path: Path) -> None:
        (tmp_path / "secret").write_text(f"{SECRET}\n")
        assert Environment({"A_FILE": str(tmp_path / "secret")}).secret("A") == SECRET

    def test_both_at_once_are_refused(self, tmp_path: Path) -> None:
        (tmp_path / "secret").write_text(SECRET)
        env = Environment({"A": "other", "A_FILE": str(tmp_path / "secret")})
        with pytest.raises(ImproperlyConfigured, match="A and A_FILE are both set"):
            env.secret("A")

    @pytest.mark.parametrize("content", [None, b"", b" \n", b"\xff\xfe"])
    def test_a_file_without_a_secret_is_refused_even_where_there_is_a_default(
        self, content: bytes | None, tmp_path: Path
    ) -> None:
        path = tmp_path / SECRET
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(ImproperlyConfigured, match="A_FILE") as caught:
            Environment({"A_FILE": str(path)}).secret("A", "default")
        assert SECRET not in str(caught.value)


class TestDotenv:
    def test_lines_are_read_and_what_is_set_already_wins(self, tmp_path: Path) -> None:
        (tmp_path / ".env").write_text("# words\n\nexport ONE=1\nTWO = 'a b'\nSET=file\n")
        environ = {"SET": "process"}
        load_dotenv(tmp_path / ".env", environ)
        assert environ == {"ONE": "1", "TWO": "a b", "SET": "process"}

    def test_a_line_that_is_no_setting_is_named_by_its_number_alone(self, tmp_path: Path) -> None:
        (tmp_path / ".env").write_text(f"ONE=1\n{SECRET}\n")
        with pytest.raises(ImproperlyConfigured, match="line 2") as caught:
            load_dotenv(tmp_path / ".env", {})
        assert SECRET not in str(caught.value)

    def test_a_file_that_is_not_there_is_refused_only_where_it_was_named(self, tmp_path: Path) -> None:
        load_dotenv(tmp_path / ".env", {})
        with pytest.raises(ImproperlyConfigured, match="MINTA_ENV_FILE"):
            load_dotenv(tmp_path / ".env", {}, needed=True)


class TestTheSettings:
    def test_they_stand_with_a_secret_key_and_a_public_address(
        self, settings_with: Callable[..., dict[str, Any]], tmp_path: Path
    ) -> None:
        settings = settings_with()
        assert settings["DEBUG"] is False
        assert settings["ALLOWED_HOSTS"] == ["minta.example"]
        assert settings["DATABASES"]["default"]["NAME"] == str(tmp_path / "var" / "data" / "minta.sqlite3")
        assert settings["SECURE_HSTS_SECONDS"] > 0

    def test_database_keys_and_spool_have_each_a_folder_of_their_own(
        self, settings_with: Callable[..., dict[str, Any]], tmp_path: Path
    ) -> None:
        settings = settings_with()
        database = Path(settings["DATABASES"]["default"]["NAME"])
        folders = [database.parent, settings["KEYSTORE_PATH"].parent, settings["SPOOL_DIR"]]
        assert [each.relative_to(tmp_path / "var") for each in folders] == [
            *map(Path, ("data", "keys", "spool"))
        ]
        assert database.parent.stat().st_mode & 0o777 == 0o700

    def test_a_database_elsewhere_needs_no_folder_here(
        self, settings_with: Callable[..., dict[str, Any]], tmp_path: Path
    ) -> None:
        settings_with(DATABASE_URL="postgres://minta@db.example/minta")
        assert not (tmp_path / "var" / "data").exists()

    def test_strict_transport_is_for_this_host_alone(
        self, settings_with: Callable[..., dict[str, Any]]
    ) -> None:
        settings = settings_with()
        assert not settings.get("SECURE_HSTS_INCLUDE_SUBDOMAINS")
        assert not settings.get("SECURE_HSTS_PRELOAD")

    def test_sqlite_keeps_what_it_has_acknowledged_and_overwrites_what_it_deletes(
        self, settings_with: Callable[..., dict[str, Any]]
    ) -> None:
        options = settings_with()["DATABASES"]["default"]["OPTIONS"]
        assert options["transaction_mode"] == "IMMEDIATE"
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
            assert f"PRAGMA {pragma};" in options["init_command"]

    def test_the_database_may_be_named_by_a_file(
        self, settings_with: Callable[..., dict[str, Any]], tmp_path: Path
    ) -> None:
        (tmp_path / "url").write_text("postgres://minta:pass@db.example/minta")
        default = settings_with(DATABASE_URL_FILE=str(tmp_path / "url"))["DATABASES"]["default"]
        assert (default["ENGINE"], default["HOST"]) == ("django.db.backends.postgresql", "db.example")

    @pytest.mark.parametrize("switch", ["DEBUG", "SANDBOX"])
    def test_an_insecure_origin_needs_debug_or_the_sandbox(
        self, switch: str, settings_with: Callable[..., dict[str, Any]]
    ) -> None:
        with pytest.raises(ImproperlyConfigured, match="SHOPIFY_ORIGIN"):
            settings_with(SHOPIFY_ORIGIN="http://127.0.0.1:9401/{shop}")
        allowed = settings_with(SHOPIFY_ORIGIN="http://127.0.0.1:9401/{shop}", **{switch: "1"})
        assert allowed["PLATFORMS"]["shopify"]["origin"] == "http://127.0.0.1:9401/{shop}"

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("SECRET_KEY", None),
            ("PUBLIC_URL", None),
            ("PUBLIC_URL", "http://minta.example"),
            ("DATABASE_URL", "mysql://minta:pass@db.example/minta"),
            ("DATABASE_URL", "nonsense"),
            ("SHOPIFY_ORIGIN", "http://{shop}"),
            ("SHOPIFY_API_VERSION", "latest"),
            ("SHOPIFY_APP_BRIDGE", "http://cdn.example/app-bridge.js"),
            ("MINTA_WORK_ENGINE", "celery"),
            ("MINTA_WORK_ENGINE", "procrastinate"),  # on SQLite
            ("MINTA_WORK_HEARTBEAT_SECONDS", "45"),  # as long as the lease
            ("MINTA_QUARANTINE_HOURS", "soon"),
            ("MINTA_VAR_DIR", "/dev/null/var"),
            ("MINTA_ENV_FILE", "/dev/null/.env"),
            ("LOG_LEVEL", "LOUD"),
        ],
    )
    def test_what_is_missing_or_wrong_stops_the_start_and_is_named(
        self, name: str, value: str | None, settings_with: Callable[..., dict[str, Any]]
    ) -> None:
        with pytest.raises(ImproperlyConfigured, match=name) as caught:
            settings_with(**{name: value})
        assert "pass@" not in str(caught.value)
