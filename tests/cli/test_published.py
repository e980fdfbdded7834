"""`--published`: a document that says what it is and can be checked by whoever has a copy."""

from __future__ import annotations

import hashlib
import json

import pytest


@pytest.fixture
def city(fourfold, demo):
    def called(*arguments):
        return fourfold("--workspace", demo, *arguments)

    return called


COMMANDS = (
    ("score", "--draws", "100"),
    ("compare", "--with", "2024", "--draws", "200"),
    ("diagnose",),
    ("weights", "--method", "entropy"),
    ("quality",),
)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_a_published_document_carries_its_own_digest_and_none_of_the_evidence(command, city):
    found = city(*command, "--round", "2025", "--published", "--json").json
    digest = found.pop("digest")
    plain = json.dumps(found, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert digest == hashlib.sha256(plain.encode()).hexdigest()
    assert found.get("evidence_digest") is None
    mine = city(*command, "--round", "2025", "--json").json
    assert "digest" not in mine


def test_a_refusal_is_no_publication(city):
    found = city("score", "--round", "1999", "--published", "--json")
    assert found.status == 3
    assert set(found.json) == {"error", "findings"}


def test_the_citys_mean_says_over_how_many_departments_of_how_many(city):
    found = city("score", "--round", "2025", "--draws", "100", "--published", "--json").json
    assert (found["city"]["n_departments"], found["city"]["of_departments"]) == (40, 42)
    spoken = city("score", "--round", "2025", "--published", "--language", "en").out
    assert "40 of 42 departments" in spoken
