"""Runs migrations on the connection that opening a workspace hands over."""

from alembic import context

from survey_data.workspace.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
