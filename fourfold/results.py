"""What the door's functions give back: the report, a frame, figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from indicators.words import one_of
from locales import LANGUAGES

if TYPE_CHECKING:
    import pandas as pd

    from charts.house.picture import Picture
    from charts.house.theme import Theme

Rows = Callable[[], Sequence[Mapping[str, Any]]]
Draw = Callable[["Theme", str], "Picture | None"]
SHOWN_ROWS = 60


class Result:
    """A result of one round.

    Attributes
    ----------
    report : what the command prints with ``--json`` (docs/notebook.md), where it has such a form
    value : the record behind it, where there is one: `Scores`, `QualityView`
    figures : names that `figure` takes, the first without being asked
    """

    def __init__(
        self,
        kind: str,
        summary: str,
        rows: Rows,
        draw: Mapping[str, Draw],
        *,
        report: Mapping[str, Any] | None = None,
        value: Any = None,
    ) -> None:
        self.kind = kind
        self.report = report
        self.value = value
        self._summary = summary
        self._rows = rows
        self._draw = dict(draw)

    @property
    def figures(self) -> tuple[str, ...]:
        return tuple(self._draw)

    def to_frame(self) -> pd.DataFrame:
        """One row a department, indexed by its id; missing where there is no value."""
        import pandas as pd

        rows = self._rows()
        frame = pd.DataFrame([dict(row) for row in rows])
        return frame.set_index("id") if len(rows) else frame

    def picture(self, name: str | None = None, language: str = "zh") -> Picture | None:
        """A figure with its title, sentence and table, as a page shows it; None without data.

        Raises Refused (E959) for a figure or a language that there is not.
        """
        from charts.house.theme import LIGHT

        chosen = one_of("figure", name or next(iter(self._draw), ""), self._draw)
        return self._draw[chosen](LIGHT, one_of("language", language, LANGUAGES))

    def figure(self, name: str | None = None, language: str = "zh") -> Any:
        """The plotly figure of `picture`: ``.show()`` in a notebook, ``.write_html(path)`` in a file."""
        picture = self.picture(name, language)
        return None if picture is None else picture.figure

    def __repr__(self) -> str:
        return f"<{self.kind} {self._summary}>"[:399]

    def _repr_html_(self) -> str:
        table = self.to_frame().to_html(
            max_rows=SHOWN_ROWS, float_format=lambda x: f"{x:.1f}", na_rep="—", border=0
        )
        return f"<p>{escape(repr(self))}</p>{table}"
