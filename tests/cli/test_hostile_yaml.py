"""Files of brackets, numbers in base 60 and numbers of 400 digits at every command that reads YAML."""

from __future__ import annotations

import json
import shutil
import time

import pytest

from cli.main import run
from indicators.framework import default_framework_text

BRACKETS = "a: " + "[" * 60_000
COMMANDS = {
    "framework check": ("framework", "check", "FILE"),
    "framework use": ("framework", "use", "FILE"),
    "measures": ("measures", "--catalogue", "FILE"),
    "measures check": ("measures", "check", "FILE"),
    "measures use": ("measures", "use", "FILE"),
    "simulate": ("simulate", "FILE", "--round", "2025"),
    "optimise": ("optimise", "--catalogue", "FILE", "--round", "2025"),
    "robustness": ("robustness", "--design", "FILE", "--round", "2025"),
}
HOSTILE = {
    "brackets": BRACKETS,
    "braces": "{a: " * 60_000,
    "aliases": "a0: &a0 [x]\n"
    + "\n".join(f"a{n}: &a{n} [{f'*a{n - 1}, ' * 9}x]" for n in range(1, 12)),
    "tag": "a: !!python/object/apply:os.getcwd []",
    "twice": "a: 1\nb: 2\na: 3\n",
}


@pytest.fixture(scope="module")
def city(demo: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(shutil.copy(demo, tmp_path_factory.mktemp("hostile") / "own.db"))


CASES = [
    *[("brackets", command) for command in COMMANDS],
    *[(kind, "framework check") for kind in HOSTILE if kind != "brackets"],
    ("twice", "robustness"),
]


@pytest.mark.parametrize(("kind", "command"), CASES)
def test_a_hostile_file_is_refused_with_code_and_line(
    city, tmp_path, capsys, kind, command
) -> None:
    file = tmp_path / "hostile.yaml"
    file.write_text(HOSTILE[kind], encoding="utf-8")
    arguments = [str(file) if one == "FILE" else one for one in COMMANDS[command]]
    status = run(["--workspace", city, *arguments, "--json"])
    error = json.loads(capsys.readouterr().out)["error"]
    assert (status, error["code"]) == (3, "E305")
    assert error["where"]["line"] == {"aliases": 6, "twice": 3}.get(kind, 1)


def test_a_mebibyte_of_numbers_in_base_60_is_read_as_text(city, tmp_path, capsys) -> None:
    file = tmp_path / "sexagesimal.yaml"
    number = ":".join(["1", *["59"] * 300])
    file.write_text("\n".join(f"k{n}: {number}" for n in range(1000)), encoding="utf-8")
    begun = time.process_time()
    assert run(["--workspace", city, "measures", "check", str(file), "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "E320"
    assert time.process_time() - begun < 3


def test_a_weight_of_four_hundred_digits_is_refused_by_the_code_of_weights(
    city, tmp_path, capsys
) -> None:
    file = tmp_path / "weight-huge.yaml"
    written = default_framework_text().replace(
        "  - id: P\n", f"  - id: P\n    weight: 1{'0' * 400}\n", 1
    )
    file.write_text(written, encoding="utf-8")
    assert run(["--workspace", city, "framework", "check", str(file), "--json"]) == 3
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["code"] == "E301"
    assert error["where"]["line"] == written[: written.index("weight: 1000")].count("\n") + 1
