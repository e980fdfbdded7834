"""Starting the web app's server."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def serve(workspace: str, address: str, port: int) -> int:
    """Run the server on an address of this machine until it is stopped; its exit status.

    Where the system can, this process becomes the server: who stops the one stops the other.
    """
    root = Path(__file__).resolve().parent.parent
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        str(root / "app.py"),
        f"--server.port={port}",
        f"--server.address={address}",
        "--server.headless=true",
    ]
    # Run where the settings lie, so that the app looks the same from any folder.
    environment = {**os.environ, "FOURFOLD_WORKSPACE": _absolute(workspace)}
    if os.name == "posix":
        os.chdir(root)
        os.execve(sys.executable, command, environment)
    try:
        return subprocess.call(command, cwd=root, env=environment)
    except KeyboardInterrupt:
        return 0


def _absolute(workspace: str) -> str:
    return workspace if "://" in workspace else str(Path(workspace).resolve())
