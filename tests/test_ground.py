"""Facts about the tree itself: names, sizes, documents, commands."""

import ast
import base64
import os
import re
import secrets
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

ROOT = Path(__file__).parents[1]
OURS = ("connectors", "minta")

READERS = {"text", "secret", "secrets", "flag", "number", "words", "one_of", "matching", "folder", "origin"}
SECRET_READERS = {"secret", "secrets"}

BANNED = {
    *(
        "data",
        "info",
        "object",
        "manager",
        "handler",
        "helper",
        "util",
        "utils",
        "helpers",
        "process",
        "misc",
    ),
    *("common", "core", "service"),
}
# Names that Django and the platforms' own schemas give.
GIVEN = {"handle", "process_exception", "process_request", "process_response", "PageInfo", "page_info"}


@cache
def tree() -> tuple[Path, ...]:
    """Every file that is, or would be, in the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    return tuple(path for name in sorted(set(listed.split("\0"))) if name and (path := ROOT / name).is_file())


def modules(*tops: str) -> Iterator[Path]:
    """The Python files below these folders; migrations are written by Django."""
    for path in tree():
        parts = path.relative_to(ROOT).parts
        if path.suffix == ".py" and parts[0] in tops and "migrations" not in parts:
            yield path


def names_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def settings_read() -> dict[str, bool]:
    """The variables that the settings and the platforms' `configure` read -> whether they are secret."""
    found = {}
    readers = [
        ROOT / "minta" / "settings.py",
        *(ROOT / "connectors" / "platforms").glob("*/__init__.py"),
        *(ROOT / "connectors" / "processors").glob("*.py"),
    ]
    for node in chain.from_iterable(ast.walk(ast.parse(path.read_text())) for path in readers):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if not (node.args and isinstance(node.args[0], ast.Constant)):
            continue
        if node.func.attr in READERS and ast.unparse(node.func.value) in ("env", "variables"):
            found[str(node.args[0].value)] = node.func.attr in SECRET_READERS
        elif ast.unparse(node.func) == "os.environ.get":
            found[str(node.args[0].value)] = False
    return found


def settings_documented() -> dict[str, bool]:
    """The variables that docs/settings.md lists, without those for the tests."""
    page = (ROOT / "docs" / "settings.md").read_text().split("## For the tests")[0]
    return {
        name: bool(secret)
        for name, secret in re.findall(r"^\| `([A-Z0-9_]+)`( \(secret\))? \|", page, re.MULTILINE)
    }


class TestSettings:
    def test_the_page_lists_what_is_read_and_says_which_are_secret(self) -> None:
        assert settings_documented() == settings_read()

    def test_the_example_names_settings_only_and_holds_no_secret(self) -> None:
        lines = re.findall(r"^([A-Z0-9_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE)
        read = settings_read()
        for name, value in lines:
            assert name in read
            assert not (read[name] and value), name

    def test_nothing_else_of_ours_reads_the_environment(self) -> None:
        for path in modules(*OURS):
            if names_of(path) in ("minta/env.py", "minta/settings.py"):
                continue
            reads = re.findall(r"os\.(?:environ|getenv)\b(?!\.setdefault\(\"DJANGO)", path.read_text())
            assert not reads or {"sandbox", "demo", "video"} & set(path.parts), names_of(path)


class TestGoingLive:
    def deployed(self, folder: Path, **changed: str) -> "subprocess.CompletedProcess[str]":
        key = base64.urlsafe_b64encode(bytes(range(32))).decode()
        good = {
            "MINTA_ENV_FILE": os.devnull,
            "MINTA_VAR_DIR": str(folder / "var"),
            "SECRET_KEY": secrets.token_urlsafe(50),
            "PUBLIC_URL": "https://minta.example",
            "MINTA_MASTER_KEYS": key,
            "MINTA_RECEIPT_KEY": key,
            "SHOPIFY_CLIENT_ID": "client-id",
            "SHOPIFY_CLIENT_SECRET": "client-secret-of-enough-characters",
            "TRUST_PROXY": "1",
        }
        return subprocess.run(
            [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
            cwd=ROOT,
            env={**good, **changed},
            capture_output=True,
            check=False,
            text=True,
            timeout=60,
        )

    def test_a_proper_configuration_has_no_finding(self, tmp_path: Path) -> None:
        done = self.deployed(tmp_path)
        assert done.returncode == 0, done.stderr
        assert "no issues" in done.stdout

    def test_what_is_wrong_is_found(self, tmp_path: Path) -> None:
        wrong = {
            "TRUST_PROXY": "0",
            "DEBUG": "1",
            "MINTA_KEYSTORE": str(tmp_path / "var" / "data" / "k.sqlite3"),
        }
        done = self.deployed(tmp_path, **wrong)
        assert done.returncode == 1
        for each in ("minta.W008", "minta.W011", "security.W018"):
            assert each in done.stderr


class TestSizesAndNames:
    def test_no_module_is_longer_than_300_lines(self) -> None:
        long = {names_of(path): count for path in modules(*OURS) if (count := _lines(path)) > 300}
        assert not long

    def test_no_name_is_one_of_the_words_that_say_nothing(self) -> None:
        found = [
            f"{names_of(path)}: {name}"
            for path in modules(*OURS)
            if "sandbox" not in path.parts  # it answers with the platforms' own names
            for name in (path.stem, *_defined(path))
            if name not in GIVEN and BANNED & set(_words(name))
        ]
        assert not found

    def test_no_place_says_that_it_is_unfinished(self) -> None:
        marks = re.compile(r"(TOD[O]|FIXM[E]|XX[X]|NotImplementedErro[r]|pragma: no cove[r])")
        skips = re.compile(r"@pytest\.mark\.(skip|xfail)\b")
        found = [
            names_of(path)
            for path in modules(*OURS, "tests", "bench")
            if marks.search(path.read_text()) or skips.search(path.read_text())
        ]
        assert not found

    def test_every_module_and_every_public_name_says_what_it_is(self) -> None:
        """But those that only spell out a platform's own types, and the sandbox's tables."""
        silent = [
            f"{names_of(path)}: {name}"
            for path in modules(*OURS)
            if path.read_text().strip() and not {"wire", "resolvers", "controls.py"} & set(path.parts)
            for name in _undescribed(path)
        ]
        assert not silent

    def test_every_module_stands_on_a_floor(self) -> None:
        contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
        floors = set(re.findall(r"connectors\.(\w+)", " ".join(contracts[0]["layers"])))
        apart = {"__init__", "migrations", "sandbox", "video"}
        rooms = {path.relative_to(ROOT / "connectors").parts[0] for path in modules("connectors")}
        assert {room.removesuffix(".py") for room in rooms} - apart <= floors


class TestCommands:
    def test_every_command_says_what_it_does_and_what_its_options_do(self) -> None:
        ours = [name for name, app in get_commands().items() if app == "connectors"]
        assert ours
        for name in ours:
            command = load_command_class("connectors", name)
            assert command.help, name
            for action in command.create_parser("manage.py", name)._actions:
                assert action.help or action.choices, f"{name} {action.dest}"

    def test_what_the_documents_tell_people_to_run_is_there(self) -> None:
        targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
        ours = set(get_commands())
        for path in _documents():
            text = _code_of(path.read_text())
            assert set(re.findall(r"\bmake ([a-z-]+)", text)) <= targets, names_of(path)
            assert set(re.findall(r"\bmanage\.py ([a-z_]+)", text)) <= ours, names_of(path)

    def test_the_five_targets_stand(self) -> None:
        makefile = (ROOT / "Makefile").read_text()
        for target in ("demo", "test", "run", "check", "bench"):
            assert re.search(rf"^{target}:", makefile, re.MULTILINE)


class TestDocuments:
    def test_links_lead_somewhere(self) -> None:
        dead = [
            f"{names_of(path)}: {link}"
            for path in _documents()
            for link in re.findall(r"\]\(([^)\s]+)\)", path.read_text())
            if not link.startswith(("https://", "mailto:")) and not _resolves(path, link)
        ]
        assert not dead

    def test_every_test_that_a_promise_names_is_there(self) -> None:
        named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", (ROOT / "docs" / "promises.md").read_text())
        assert named
        for file, name in named:
            path = ROOT / file
            assert path.is_file(), file
            assert not name or name in _defined(path), f"{file}::{name}"

    def test_every_dependency_is_on_its_page(self) -> None:
        project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
        groups = [project["dependencies"], *project["optional-dependencies"].values()]
        names = {re.split(r"[^\w-]", wanted)[0].lower() for group in groups for wanted in group}
        page = (ROOT / "docs" / "dependencies.md").read_text().lower()
        assert not {name for name in names if name not in page}

    def test_no_file_names_a_place_of_one_machine_or_a_package_host(self) -> None:
        places = re.compile(
            r"(?<![\w.~-])/(?:work|farm|root|home/\w+|Users)/|[\w.-]*pypi\.org|pythonhosted\.org"
        )
        found = [
            f"{names_of(path)}: {match[0]}"
            for path in tree()
            if (text := _text(path)) is not None and (match := places.search(text))
        ]
        assert not found

    def test_system_checks_have_ids_of_their_own(self) -> None:
        ids = Counter(
            match
            for path in modules(*OURS)
            for match in re.findall(r"\bid=\"(minta\.[EW]\d+)\"", path.read_text())
        )
        assert not [each for each, count in ids.items() if count > 1]


class TestShopifyAPI:
    def test_its_resources_and_its_session_are_not_imported(self) -> None:
        for path in modules(*OURS):
            for node in ast.walk(ast.parse(path.read_text())):
                named = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                if isinstance(node, ast.ImportFrom):
                    named = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
                for name in named:
                    assert not name.startswith(("shopify.resources", "shopify.base", "pyactiveresource"))
                    assert name not in ("shopify.Session", "shopify.GraphQL", "shopify.ShopifyResource")


@pytest.mark.parametrize("name", ["process_data", "OrderManager", "utils", "StoreInfoHelper"])
def test_the_rule_for_names_would_catch(name: str) -> None:
    assert BANNED & set(_words(name))


def _lines(path: Path) -> int:
    return len(path.read_text().splitlines())


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def _documents() -> list[Path]:
    return [path for path in tree() if path.suffix == ".md"]


def _code_of(text: str) -> str:
    """What stands between backquotes, in lines and in blocks."""
    return "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL))


def _words(name: str) -> list[str]:
    kept = name.replace("StoreInfo", "Store").replace("store_info", "store")
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", kept)]


def _definitions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node


def _defined(path: Path) -> list[str]:
    return [node.name for node in _definitions(path)]


def _undescribed(path: Path) -> Iterator[str]:
    module = ast.parse(path.read_text())
    if not ast.get_docstring(module):
        yield "the module"
    for node in module.body:
        if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name.startswith("_"):
            continue
        if not ast.get_docstring(node):
            yield node.name


def _resolves(page: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    if not target.exists():
        return False
    if not anchor or target.suffix != ".md":
        return True
    heads = re.findall(r"^#+ (.+)$", target.read_text(), re.MULTILINE)
    return anchor in {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}
