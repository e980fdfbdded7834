"""Decisions that later imports follow: question mappings, and a round's exclusion rules.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "confirmed_mappings",
        sa.Column("dialect", sa.String(40), nullable=False),
        sa.Column("framework", sa.String(80), nullable=False),
        sa.Column("question", sa.String(64), nullable=False),
        sa.Column("item", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("dialect", "framework", "question", name="pk_confirmed_mappings"),
    )
    op.add_column("rounds", sa.Column("exclude", sa.JSON))


def downgrade() -> None:
    op.drop_column("rounds", "exclude")
    op.drop_table("confirmed_mappings")
