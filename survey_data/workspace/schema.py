"""The tables of a workspace. Changes go through a migration in ``migrations/versions``."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)

settings = Table(
    "settings",
    metadata,
    Column("key", String(80), primary_key=True),
    Column("value", LargeBinary, nullable=False),
)

frameworks = Table(
    "frameworks",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("id", String(80), nullable=False),
    Column("version", String(40), nullable=False),
    Column("content", Text, nullable=False),
    Column("added_at", String(32), nullable=False),
    UniqueConstraint("id", "version"),
)

rounds = Table(
    "rounds",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", JSON, nullable=False),
    Column("starts_on", String(10)),
    Column("state", String(20), nullable=False),
    Column("framework", ForeignKey("frameworks.digest"), nullable=False),
    Column("synthetic", Boolean, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("exclude", JSON),
)

departments = Table(
    "departments",
    metadata,
    Column("id", String(200), primary_key=True),
    Column("name", JSON, nullable=False),
    Column("grouping", String(200), nullable=False),
    Column("headcount", Integer),
    Column("weight", Float, nullable=False),
    Column("rostered", Boolean, nullable=False),
)

aliases = Table(
    "aliases",
    metadata,
    Column("alias", String(200), primary_key=True),
    Column("department", ForeignKey("departments.id"), nullable=False),
)

confirmed_mappings = Table(
    "confirmed_mappings",
    metadata,
    Column("dialect", String(40), primary_key=True),
    Column("framework", String(80), primary_key=True),
    Column("question", String(64), primary_key=True),
    Column("item", String(200), nullable=False),
)

raw_files = Table(
    "raw_files",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("name", String(255), nullable=False),
    Column("size", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("received_at", String(32), nullable=False),
)

batches = Table(
    "batches",
    metadata,
    Column("id", String(20), primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("round", ForeignKey("rounds.id"), nullable=False),
    Column("framework", ForeignKey("frameworks.digest"), nullable=False),
    Column("sha256", ForeignKey("raw_files.sha256"), nullable=False),
    Column("mapping", JSON, nullable=False),
    Column("report", JSON, nullable=False),
    Column("state", String(12), nullable=False),
    Column("superseded_by", String(20)),
    Column("sequence", Integer, nullable=False),
    Column("added_at", String(32), nullable=False),
    Index("ix_batches_round", "round"),
)

answers = Table(
    "answers",
    metadata,
    Column("batch", ForeignKey("batches.id"), primary_key=True),
    Column("parquet", LargeBinary, nullable=False),
    Column("moments", LargeBinary, nullable=False),
    # SHA-256 of both, so that a damaged one is not computed with.
    Column("parquet_sha256", String(64)),
    Column("moments_sha256", String(64)),
)

metric_values = Table(
    "metric_values",
    metadata,
    Column("batch", ForeignKey("batches.id"), primary_key=True),
    Column("department", String(200), primary_key=True),
    Column("indicator", String(80), primary_key=True),
    Column("period", String(40), primary_key=True),
    Column("value", Float),
    Column("not_applicable", Boolean, nullable=False),
    Column("source", Text, nullable=False),
    Column("row", Integer, nullable=False),
)

drafts = Table(
    "drafts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("owner", String(80), nullable=False),
    Column("sha256", ForeignKey("raw_files.sha256"), nullable=False),
    Column("content", JSON, nullable=False),
    Column("version", Integer, nullable=False),
    Column("changed_at", String(32), nullable=False),
    # SHA-256 of what opens it on a page; empty: it does not open there.
    Column("token_sha256", String(64)),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("owner", String(80), nullable=False),
    Column("state", String(12), nullable=False),
    Column("stage", String(40), nullable=False),
    Column("progress", Float, nullable=False),
    Column("cancel", Boolean, nullable=False),
    Column("arguments", JSON, nullable=False),
    Column("result", JSON),
    Column("changed_at", String(32), nullable=False),
    # The process that holds it, and its last sign of life in seconds of the database's clock.
    Column("host", String(255)),
    Column("pid", Integer),
    Column("started", String(40)),
    Column("heartbeat", Float),
    # The program that computed the result.
    Column("program", String(80)),
)

audit = Table(
    "audit",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("at", String(32), nullable=False),
    Column("user", String(80), nullable=False),
    Column("action", String(60), nullable=False),
    Column("object", String(255), nullable=False),
    Column("result", String(40), nullable=False),
    Column("detail", JSON, nullable=False),
)

catalogues = Table(
    "catalogues",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("id", String(80), nullable=False),
    Column("version", String(40), nullable=False),
    Column("content", Text, nullable=False),
    Column("added_at", String(32), nullable=False),
    UniqueConstraint("id", "version"),
)

scenarios = Table(
    "scenarios",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("owner", String(80), nullable=False),
    Column("content", JSON, nullable=False),
    Column("version", Integer, nullable=False),
    Column("changed_at", String(32), nullable=False),
)
