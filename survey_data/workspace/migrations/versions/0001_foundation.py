"""The tables of the first version.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _text(name: str, length: int, primary_key: bool = False) -> sa.Column:
    return sa.Column(name, sa.String(length), nullable=False, primary_key=primary_key)


def upgrade() -> None:
    op.create_table(
        "settings",
        _text("key", 80, primary_key=True),
        sa.Column("value", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_settings"),
    )
    op.create_table(
        "frameworks",
        _text("digest", 64),
        _text("id", 80),
        _text("version", 40),
        sa.Column("content", sa.Text, nullable=False),
        _text("added_at", 32),
        sa.PrimaryKeyConstraint("digest", name="pk_frameworks"),
        sa.UniqueConstraint("id", "version", name="uq_frameworks_id"),
    )
    op.create_table(
        "rounds",
        _text("id", 40),
        sa.Column("name", sa.JSON, nullable=False),
        sa.Column("starts_on", sa.String(10)),
        _text("state", 20),
        _text("framework", 64),
        sa.Column("synthetic", sa.Boolean, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rounds"),
        sa.ForeignKeyConstraint(["framework"], ["frameworks.digest"], name="fk_rounds_framework"),
    )
    op.create_table(
        "departments",
        _text("id", 200),
        sa.Column("name", sa.JSON, nullable=False),
        _text("grouping", 200),
        sa.Column("headcount", sa.Integer),
        sa.Column("weight", sa.Float, nullable=False),
        sa.Column("rostered", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_departments"),
    )
    op.create_table(
        "aliases",
        _text("alias", 200),
        _text("department", 200),
        sa.PrimaryKeyConstraint("alias", name="pk_aliases"),
        sa.ForeignKeyConstraint(["department"], ["departments.id"], name="fk_aliases_department"),
    )
    op.create_table(
        "raw_files",
        _text("sha256", 64),
        _text("name", 255),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        _text("received_at", 32),
        sa.PrimaryKeyConstraint("sha256", name="pk_raw_files"),
    )
    op.create_table(
        "batches",
        _text("id", 20),
        _text("kind", 10),
        _text("round", 40),
        _text("framework", 64),
        _text("sha256", 64),
        sa.Column("mapping", sa.JSON, nullable=False),
        sa.Column("report", sa.JSON, nullable=False),
        _text("state", 12),
        sa.Column("superseded_by", sa.String(20)),
        sa.Column("sequence", sa.Integer, nullable=False),
        _text("added_at", 32),
        sa.PrimaryKeyConstraint("id", name="pk_batches"),
        sa.ForeignKeyConstraint(["round"], ["rounds.id"], name="fk_batches_round"),
        sa.ForeignKeyConstraint(["framework"], ["frameworks.digest"], name="fk_batches_framework"),
        sa.ForeignKeyConstraint(["sha256"], ["raw_files.sha256"], name="fk_batches_sha256"),
    )
    op.create_index("ix_batches_round", "batches", ["round"])
    op.create_table(
        "answers",
        _text("batch", 20),
        sa.Column("parquet", sa.LargeBinary, nullable=False),
        sa.Column("moments", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("batch", name="pk_answers"),
        sa.ForeignKeyConstraint(["batch"], ["batches.id"], name="fk_answers_batch"),
    )
    op.create_table(
        "metric_values",
        _text("batch", 20),
        _text("department", 200),
        _text("indicator", 80),
        _text("period", 40),
        sa.Column("value", sa.Float),
        sa.Column("not_applicable", sa.Boolean, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("row", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint(
            "batch", "department", "indicator", "period", name="pk_metric_values"
        ),
        sa.ForeignKeyConstraint(["batch"], ["batches.id"], name="fk_metric_values_batch"),
    )
    op.create_table(
        "drafts",
        _text("id", 32),
        _text("owner", 80),
        _text("sha256", 64),
        sa.Column("content", sa.JSON, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        _text("changed_at", 32),
        sa.PrimaryKeyConstraint("id", name="pk_drafts"),
        sa.ForeignKeyConstraint(["sha256"], ["raw_files.sha256"], name="fk_drafts_sha256"),
    )
    op.create_table(
        "jobs",
        _text("id", 32),
        _text("kind", 40),
        _text("owner", 80),
        _text("state", 12),
        _text("stage", 40),
        sa.Column("progress", sa.Float, nullable=False),
        sa.Column("cancel", sa.Boolean, nullable=False),
        sa.Column("arguments", sa.JSON, nullable=False),
        sa.Column("result", sa.JSON),
        _text("changed_at", 32),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
    )
    op.create_table(
        "audit",
        sa.Column("sequence", sa.Integer, autoincrement=True, nullable=False),
        _text("at", 32),
        _text("user", 80),
        _text("action", 60),
        _text("object", 255),
        _text("result", 40),
        sa.Column("detail", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_audit"),
    )


def downgrade() -> None:
    raise RuntimeError("a workspace is not taken back to before its first version")
