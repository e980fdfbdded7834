"""What a refused command says."""

from __future__ import annotations

from typing import Any


def error(answer: Any, status: int = 3) -> str:
    assert answer.status == status, answer.out + answer.err
    return answer.json["error"]["code"]
