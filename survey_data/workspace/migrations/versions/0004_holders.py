"""Jobs name the process that holds them; drafts the token that opens them; answers have digests.

What earlier versions left of the workspace's own location, with its password, is taken out.

Revision ID: 0004
"""

import hashlib

import sqlalchemy as sa
from alembic import op

from survey_data.workspace.location import shown_location

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_answers = sa.table(
    "answers",
    sa.column("batch", sa.String),
    sa.column("parquet", sa.LargeBinary),
    sa.column("moments", sa.LargeBinary),
    sa.column("parquet_sha256", sa.String),
    sa.column("moments_sha256", sa.String),
)
_jobs = sa.table(
    "jobs",
    sa.column("id", sa.String),
    sa.column("state", sa.String),
    sa.column("arguments", sa.JSON),
    sa.column("result", sa.JSON(none_as_null=True)),
)


def upgrade() -> None:
    for column in (
        sa.Column("host", sa.String(255)),
        sa.Column("pid", sa.Integer),
        sa.Column("started", sa.String(40)),
        sa.Column("heartbeat", sa.Float),
        sa.Column("program", sa.String(80)),
    ):
        op.add_column("jobs", column)
    op.add_column("drafts", sa.Column("token_sha256", sa.String(64)))
    op.add_column("answers", sa.Column("parquet_sha256", sa.String(64)))
    op.add_column("answers", sa.Column("moments_sha256", sa.String(64)))
    _take_digests(op.get_bind())
    _forget_locations(op.get_bind())


def downgrade() -> None:
    for name in ("moments_sha256", "parquet_sha256"):
        op.drop_column("answers", name)
    op.drop_column("drafts", "token_sha256")
    for name in ("program", "heartbeat", "started", "pid", "host"):
        op.drop_column("jobs", name)


def _take_digests(connection: sa.Connection) -> None:
    for batch in connection.execute(sa.select(_answers.c.batch)).scalars().all():
        row = connection.execute(sa.select(_answers).where(_answers.c.batch == batch)).one()
        connection.execute(
            _answers.update()
            .where(_answers.c.batch == batch)
            .values(
                parquet_sha256=hashlib.sha256(row.parquet).hexdigest(),
                moments_sha256=hashlib.sha256(row.moments).hexdigest(),
            )
        )


def _forget_locations(connection: sa.Connection) -> None:
    """Of ``scope`` the view alone is needed: ``LOCATION|ROLES|published``."""
    for row in connection.execute(sa.select(_jobs)).all():
        arguments = dict(row.arguments)
        if "scope" in arguments:
            arguments["scope"] = str(arguments["scope"]).rpartition("|")[2]
        result = _without_passwords(row.result) if row.state == "refused" else row.result
        if arguments != row.arguments or result != row.result:
            connection.execute(
                _jobs.update()
                .where(_jobs.c.id == row.id)
                .values(arguments=arguments, result=result)
            )


def _without_passwords(value: object) -> object:
    """A result whose findings name a database shows it as a new one would."""
    if isinstance(value, dict):
        return {key: _without_passwords(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_without_passwords(one) for one in value]
    if isinstance(value, str) and "://" in value:
        return " ".join(shown_location(word) if "://" in word else word for word in value.split())
    return value
