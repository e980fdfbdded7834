"""Content that is stored as bytes: respondents' rows as Parquet, and whether it is as it was stored."""

from __future__ import annotations

import hashlib
import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from indicators.answers.moments import MISSING, SurveyMoments
from indicators.framework.parts import RESERVED_IDS
from survey_data.answers.survey import SurveyImport
from survey_data.reading.columns import array_of, texts_of
from survey_data.workspace.opening import Workspace


def as_stored(workspace: Workspace, content: bytes, sha256: str, what: str) -> bytes:
    """The content itself. Raises WorkspaceUnusable (E906) where a byte is not as it was stored."""
    # SQLite gives a text back where somebody has put one.
    if not isinstance(content, bytes) or hashlib.sha256(content).hexdigest() != sha256:
        raise workspace.damaged(what)
    return content


def stored_moments(workspace: Workspace, batch: str, content: bytes, sha256: str) -> SurveyMoments:
    """Moments of a batch. Raises WorkspaceUnusable (E906) where they are damaged."""
    what = f"answers.moments {batch}"
    content = as_stored(workspace, content, sha256, what)
    try:
        return SurveyMoments.from_bytes(content)
    except Exception:
        # They were damaged before an upgrade took their digest; a damaged archive fails in any way.
        raise workspace.damaged(what) from None


def stored_rows(workspace: Workspace, batch: str, content: bytes, sha256: str) -> pa.Table:
    """What `as_parquet` wrote of a batch. Raises WorkspaceUnusable (E906) where it is damaged."""
    what = f"answers.parquet {batch}"
    content = as_stored(workspace, content, sha256, what)
    try:
        return pq.read_table(pa.BufferReader(content))
    except (pa.ArrowException, OSError):
        raise workspace.damaged(what) from None


def about_a_row(column: str) -> bool:
    """Whether a column of stored rows says something of the row and is no answer."""
    return column in RESERVED_IDS or column.startswith("attribute:")


def as_parquet(found: SurveyImport) -> bytes:
    """One row a respondent; `batches.answers` says which columns."""
    columns: dict[str, pa.Array] = {
        "row": array_of(found.row_numbers.astype(np.int32)),
        "department": pa.DictionaryArray.from_arrays(
            array_of(found.department), texts_of(found.departments)
        ),
    }
    if found.duration is not None:
        columns["duration"] = array_of(found.duration, ~np.isnan(found.duration))
    if found.submitted is not None:
        columns["submitted"] = pa.array(found.submitted)
    if found.attention_failed is not None:
        columns["attention_failed"] = array_of(found.attention_failed)
    if found.excluded.any():
        columns["excluded"] = array_of(found.excluded)
    columns |= {f"attribute:{k}": texts_of(v) for k, v in found.attributes.items()}
    for position, item in enumerate(found.items):
        codes = found.codes[:, position]
        scale = found.framework.scale_of(item)
        narrow = codes.astype(np.int8) if scale.min >= -128 and scale.max < 128 else codes
        columns[item] = array_of(narrow, codes != MISSING)
    store = io.BytesIO()
    pq.write_table(
        pa.table(columns),
        store,
        compression="snappy",
        write_statistics=False,
        # Without a dictionary answers are stored in half the time.
        use_dictionary=[  # type: ignore[arg-type]
            name for name in columns if name == "department" or name.startswith("attribute:")
        ],
        column_encoding=dict.fromkeys(found.items, "BYTE_STREAM_SPLIT"),
    )
    return store.getvalue()
