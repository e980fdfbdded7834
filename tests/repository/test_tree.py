"""What must be true of the tree as a whole, whoever changes it."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("actions", "analysis", "charts", "indicators", "locales", "reports", "survey_data")


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    ).stdout.decode()
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def texts(*suffixes: str) -> list[tuple[Path, str]]:
    found = [path for path in tracked() if not suffixes or path.suffix in suffixes]
    return [
        (path, path.read_text("utf-8"))
        for path in found
        if path.suffix not in (".png", ".xlsx", ".zip", ".gz")
    ]


def imported(source: str) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def test_no_registry_host_and_no_machine_path_is_in_the_tree():
    hosts = ["pypi" + ".org", "pythonhosted" + ".org", "npmjs" + ".org", "debian" + ".org"]
    paths = ["/wor" + "k/", "/roo" + "t/", "/home" + "/", "C:\\" + "Users"]
    for path, text in texts():
        for wanted in (*hosts, *paths):
            assert wanted not in text, f"{wanted} in {path.relative_to(ROOT)}"


def test_locks_name_every_package_with_hashes_and_no_address():
    for name in ("requirements.lock", "requirements-test.lock"):
        lock = (ROOT / name).read_text("utf-8")
        assert "://" not in lock and "--index" not in lock
        blocks = re.split(r"\n(?=[A-Za-z0-9])", lock.strip())
        for block in blocks:
            if not block.startswith("#"):
                assert re.match(r"[\w.\-\[\]]+==", block), block[:60]
                assert "--hash=sha256:" in block, block[:60]


def test_what_the_app_needs_is_locked_alike_for_its_tests():
    def pins(name: str) -> set[str]:
        return set(re.findall(r"^([\w.\-]+==[^\s;]+)", (ROOT / name).read_text("utf-8"), re.M))

    assert pins("requirements.lock") <= pins("requirements-test.lock")


def test_gpl_packages_are_not_among_what_the_app_needs():
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    for name in ("pingouin", "factor-analyzer", "factor_analyzer"):
        assert not re.search(rf"^{name}==", lock, re.M)


def test_a_file_of_code_holds_one_idea_in_at_most_400_lines():
    for path, text in texts(".py"):
        assert text.count("\n") <= 400, path.relative_to(ROOT)


def test_what_is_banned_does_not_occur():
    banned = ["plotly" + ".express", "unsafe_allow" + "_html", "raise NotImplemented" + "Error"]
    banned += ["TO" + "DO", "FIX" + "ME"]
    for path, text in texts(".py"):
        for wanted in banned:
            assert wanted not in text, f"{wanted} in {path.relative_to(ROOT)}"


def test_only_pages_and_the_server_know_streamlit():
    for path, text in texts(".py"):
        place = path.relative_to(ROOT).parts[0]
        if place in (*FLOORS, "cli", "fourfold"):
            assert not any(n.split(".")[0] == "streamlit" for n in imported(text)), path


@pytest.mark.parametrize("place", ["pages", "cli", "app.py"])
def test_pages_and_command_reach_data_through_actions_alone(place):
    paths = [ROOT / place] if place.endswith(".py") else sorted((ROOT / place).rglob("*.py"))
    assert paths
    for path in paths:
        ours = {name.split(".")[0] for name in imported(path.read_text("utf-8"))} & set(FLOORS)
        assert ours <= {"actions", "charts", "locales"}, path.relative_to(ROOT)


def test_no_page_bears_the_name_of_a_package():
    # The shell's folder comes first on the path, where such a file would hide the package.
    names = {path.stem for path in (ROOT / "pages").glob("*.py")} - {"__init__"}
    assert not names & {*FLOORS, "cli", "fourfold", "app", "reports", "pages", "tests"}


def test_results_that_pages_keep_are_keyed_by_who_may_see_them():
    source = (ROOT / "pages" / "results.py").read_text("utf-8")
    for function in ast.parse(source).body:
        if isinstance(function, ast.FunctionDef) and function.decorator_list:
            first = function.args.args[0].arg
            assert first == "key" and not first.startswith("_")
    assert "access().scope" in source
    for path in (ROOT / "pages").rglob("*.py"):
        for function in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(function, ast.FunctionDef) and any(
                "cache_" in ast.unparse(d) for d in function.decorator_list
            ):
                names = [argument.arg for argument in function.args.args]
                assert not names or names[0] in ("key", "scope"), (path, function.name)


def test_import_contracts_hold():
    ended = subprocess.run(
        ["lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        env={"PATH": str(Path(__import__("sys").executable).parent)},
    )
    assert ended.returncode == 0, ended.stdout.decode()[-2000:]
