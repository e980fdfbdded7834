"""The wheel holds all that the program needs."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = (
    *("actions", "analysis", "app", "charts", "cli", "fourfold", "indicators", "locales"),
    *("pages", "reports", "survey_data"),
)


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder with what the wheel brings, and nothing of the repository."""
    here = tmp_path_factory.mktemp("wheel")
    # Built from a copy: a build leaves folders of its own in the tree.
    source = here / "source"
    source.mkdir()
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    for name in listed.stdout.decode().split("\0"):
        if name and not name.startswith(("tests/", "docs/")) and (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, source / name)
    (here / "out").mkdir()
    code = "import sys; from setuptools.build_meta import build_wheel; build_wheel(sys.argv[1])"
    subprocess.run(
        [sys.executable, "-c", code, str(here / "out")],
        cwd=source,
        capture_output=True,
        check=True,
        env=alone(here),
    )
    (wheel,) = (here / "out").glob("fourfold-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(here / "site")
    return here / "site"


def alone(folder: Path) -> dict[str, str]:
    """The environment of a program that finds our packages in the folder first."""
    return {**os.environ, "PYTHONPATH": str(folder), "HOME": str(folder)}


def test_every_package_comes_from_the_wheel_and_finds_its_files(installed, tmp_path):
    code = (
        "import importlib, pathlib, sys\n"
        "for name in sys.argv[2:]:\n"
        "    module = importlib.import_module(name)\n"
        "    assert pathlib.Path(module.__file__).is_relative_to(sys.argv[1]), module.__file__\n"
        "import fourfold as ff\n"
        "print(ff.__version__, ff.load_framework())\n"
        "from analysis.measures.catalogue_file import default_catalogue\n"
        "print(len(default_catalogue().ids), str(ff.Refused))\n"
        "from locales import translate\n"
        "print(translate('E959.fix', 'en', choices='x'))\n"
    )
    names = [name for name in PACKAGES if name != "app"]  # the server starts when it is imported
    ended = subprocess.run(
        [sys.executable, "-c", code, str(installed), *names],
        cwd=tmp_path,
        capture_output=True,
        env=alone(installed),
    )
    assert ended.returncode == 0, ended.stderr.decode()[-1500:]
    assert b"city-sharing" in ended.stdout and b"One of: x." in ended.stdout


def test_no_file_that_the_packages_need_is_left_behind(installed):
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    needed = [
        name
        for name in listed.stdout.decode().split("\0")
        if name.split("/")[0].removesuffix(".py") in PACKAGES and (ROOT / name).is_file()
    ]
    left = [name for name in needed if not (installed / name).is_file()]
    assert len(needed) > 400 and left == []


def test_the_settings_of_the_server_stand_beside_the_app(installed):
    settings = ".streamlit/config.toml"
    assert (installed / settings).read_text("utf-8") == (ROOT / settings).read_text("utf-8")
    assert (installed / "app.py").is_file()


@pytest.mark.slow
def test_the_app_from_the_wheel_is_ready(installed, tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path / "log"
    command = [sys.executable, "-m", "cli.main", "--workspace", str(tmp_path / "w.db")]
    with log.open("wb") as said:
        server = subprocess.Popen(
            [*command, "app", "--port", str(port)],
            cwd=tmp_path,
            env=alone(installed),
            stdout=said,
            stderr=said,
        )
    try:
        until = time.monotonic() + 120
        while not (answer := asked(port)):
            assert server.poll() is None and time.monotonic() < until, log.read_text("utf-8")
            time.sleep(0.5)
        assert json.loads(answer) == {"ready": True}
    finally:
        server.terminate()
        server.wait(20)


def asked(port: int) -> bytes:
    """The answer of ``/readyz``, nothing while nobody listens."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().read()
    except OSError:
        return b""
    finally:
        connection.close()
