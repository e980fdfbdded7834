"""A round's data: read from files, or a round of a workspace.

The examples go on from ``import fourfold as ff``, ``fw = ff.load_framework()`` and
``data = ff.read_survey("examples/survey.csv", fw)``; ``city_h`` is the path of a workspace that
``fourfold demo`` filled.
"""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any, Literal

from actions.access import Access, open_access
from actions.data.imports import SurveyOptions, import_metrics, import_survey
from actions.published import round_evidence
from actions.rounds import list_rounds
from fourfold.framework import content_of
from indicators.evidence import Evidence
from indicators.findings import Finding, Refused
from indicators.framework import Framework
from survey_data.workspace import registry

File = str | PathLike[str]


@dataclass(frozen=True)
class _Source:
    """A file that was read, and how."""

    kind: Literal["survey", "metrics"]
    name: str
    content: bytes = field(repr=False)
    options: SurveyOptions = SurveyOptions()


class Data:
    """One round's facts, that every function of the door takes.

    Read from files it lives in a workspace of its own in a temporary folder, which is gone when
    nothing refers to it any more and at the latest with the program. ``data + metrics`` is a new
    one with the files of both, under the round of the first; two surveys are added together.
    """

    def __init__(
        self,
        access: Access,
        round: str,
        framework: Framework,
        sources: tuple[_Source, ...] = (),
        findings: tuple[Mapping[str, Any], ...] = (),
    ) -> None:
        self.access = access
        self.round = round
        self.framework = framework
        self.findings = findings
        """What was remarked on while reading, in the form of the command's JSON."""
        self.sources = sources

    @property
    def evidence(self) -> Evidence:
        """The facts that scores follow from."""
        return round_evidence(self.access, self.round)[0]

    def __add__(self, other: Data) -> Data:
        if not isinstance(other, Data):
            return NotImplemented
        require_files(self, other)
        require_one_framework(self, other)
        return from_files(self.framework, {self.round: (*self.sources, *other.sources)})

    def __repr__(self) -> str:
        held = self.evidence
        people = 0 if held.survey is None else int(held.survey.n.sum())
        return (
            f"Data(round {self.round!r}: {len(held.departments)} departments, {people} people, "
            f"{len(held.metric_ids)} metrics; {self.framework.id}@{self.framework.version})"
        )


class OpenWorkspace(Mapping[str, Data]):
    """The rounds of a workspace by their id; each is `Data`. Nothing is changed through it."""

    def __init__(self, access: Access) -> None:
        self.access = access

    def __getitem__(self, round: str) -> Data:
        info = registry.round_named(self.access.workspace, str(round))
        framework = registry.framework_by_digest(self.access.workspace, info.framework)
        return Data(self.access, info.id, framework)

    def __contains__(self, round: object) -> bool:
        return round in list(self)

    def __iter__(self) -> Iterator[str]:
        return iter([info.id for info in list_rounds(self.access)])

    def __len__(self) -> int:
        return len(list_rounds(self.access))

    def __repr__(self) -> str:
        return f"OpenWorkspace(rounds {', '.join(self) or '—'})"[:399]


def open_workspace(path: File | None = None, *, published: bool = False) -> OpenWorkspace:
    """A workspace that is there, with its rounds: ``open_workspace("mine.db")["2026"]``.

    ``published``: what few people answered is withheld, as for everybody but the owner. A round
    that is not there is refused (E913), a workspace that cannot be opened raises WorkspaceUnusable.

    Examples
    --------
    >>> list(ff.open_workspace(city_h))
    ['2023', '2024', '2025']
    """
    location = None if path is None else str(path)
    return OpenWorkspace(open_access(location, published=published, create=False))


def read_survey(
    path: File,
    fw: Framework,
    *,
    round: str = "1",
    department: str | None = None,
    map: Mapping[str, str] = {},
    code: Mapping[str, int] = {},
) -> Data:
    """Answers of a survey file under a framework, exactly as ``fourfold import survey`` takes them.

    Parameters
    ----------
    department : header of the column that names the department, where it is not recognised
    map : header → item id, for questions that are not recognised
    code : ``"TEXT"`` or ``"HEADER:TEXT"`` → number, for answers in words

    Raises Refused with everything that stops an import.

    Examples
    --------
    >>> ff.read_survey("examples/survey.csv", fw)
    Data(round '1': 6 departments, 56 people, 49 metrics; city-sharing@2025.1)
    """
    options = SurveyOptions(
        department=department,
        overrides=dict(map),
        codes=tuple(f"{said}={number}" for said, number in code.items()),
    )
    source = _Source("survey", Path(path).name, content_of(path), options)
    return from_files(fw, {str(round): (source,)})


def read_metrics(path: File, fw: Framework, *, round: str = "1") -> Data:
    """Operational metrics of a file under a framework, as ``fourfold import metrics`` takes them.

    Examples
    --------
    >>> data + ff.read_metrics("examples/metrics.csv", fw)
    Data(round '1': 6 departments, 56 people, 49 metrics; city-sharing@2025.1)
    """
    source = _Source("metrics", Path(path).name, content_of(path))
    return from_files(fw, {str(round): (source,)})


def from_files(framework: Framework, rounds: Mapping[str, tuple[_Source, ...]]) -> Data:
    """Rounds from files in a temporary workspace; the last one is what is given back."""
    folder = tempfile.mkdtemp(prefix="fourfold-")
    try:
        access = open_access(str(Path(folder) / "notebook.db"))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    # The workspace ends with the access to it, which every `Data` in it holds.
    weakref.finalize(access, _forget, access.workspace, folder)
    with access.workspace.writing() as connection:
        registry.use_framework(connection, framework)
    found: list[Mapping[str, Any]] = []
    for round, sources in rounds.items():
        found = []
        surveys = 0
        for one in sources:
            if one.kind == "survey":
                mode = "add" if surveys else None
                report = import_survey(access, one.content, one.name, round, one.options, mode=mode)
                surveys += 1
            else:
                report = import_metrics(access, one.content, one.name, round)
            found += report["issues"]
    last = list(rounds)[-1]
    return Data(access, last, framework, rounds[last], tuple(found))


def _forget(workspace: Any, folder: str) -> None:
    workspace.close()
    shutil.rmtree(folder, ignore_errors=True)


def require_files(*given: Data) -> None:
    """Raises Refused (E961) for a round of a workspace among data that are to be put together."""
    for one in given:
        if not one.sources:
            raise Refused(Finding("E961", params={"round": one.round}))


def require_one_framework(a: Data, b: Data) -> None:
    """Raises Refused (E960) unless both were read under the same framework."""
    if a.framework.digest != b.framework.digest:
        first, second = (f"{d.framework.id}@{d.framework.version}" for d in (a, b))
        raise Refused(Finding("E960", params={"first": first, "second": second}))
