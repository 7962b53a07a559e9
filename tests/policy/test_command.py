"""`manage.py policy` prints the register and compares the page with it."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from connectors.policy.clauses import Clause


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("policy", *arguments, stdout=out)
    return out.getvalue()


def test_it_prints_every_clause_for_people() -> None:
    shown = run()
    for clause in Clause:
        assert f"{clause.number:2}  {clause.words}" in shown


def test_it_prints_every_clause_for_a_program() -> None:
    assert [each["words"] for each in json.loads(run("--json"))["clauses"]] == [each.words for each in Clause]


def test_the_page_in_the_tree_is_what_the_register_says() -> None:
    assert (Path(settings.BASE_DIR) / "docs" / "policy.md").read_text(encoding="utf-8") == run("--markdown")
    assert "18 clauses" in run("--check")


@pytest.mark.parametrize("content", [None, "# Something else\n"])
def test_a_page_that_says_something_else_fails_and_says_what_to_run(
    content: str | None, tmp_path: Path
) -> None:
    page = tmp_path / "policy.md"
    if content is not None:
        page.write_text(content)
    with pytest.raises(CommandError, match=r"python manage.py policy --markdown > docs/policy.md"):
        run("--check", "--page", str(page))
