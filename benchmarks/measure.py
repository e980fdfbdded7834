"""Runs one command and says what it cost: ``measure.py COMMAND ARGUMENT …``, a line of JSON.

A process of its own, and a small one: a child's peak memory counts from its parent's size.
"""

import json
import os
import subprocess
import sys


def measure(command: list[str]) -> dict[str, float]:
    """CPU (user + system, children included) in seconds, peak memory in bytes, exit status."""
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    unit = 1 if sys.platform == "darwin" else 1024
    return {
        "status": os.waitstatus_to_exitcode(status),
        "cpu": usage.ru_utime + usage.ru_stime,
        "peak": usage.ru_maxrss * unit,
    }


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1:])))
