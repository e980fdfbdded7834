"""The workspace: everything that is kept. Only this package knows SQL."""

from survey_data.workspace.location import (
    ENVIRONMENT,
    default_location,
    shown_location,
    typed_location,
    workspace_files,
)
from survey_data.workspace.opening import (
    Workspace,
    WorkspaceUnusable,
    existing_workspace,
    now,
    open_workspace,
)

__all__ = [
    "ENVIRONMENT",
    "Workspace",
    "WorkspaceUnusable",
    "default_location",
    "existing_workspace",
    "now",
    "open_workspace",
    "shown_location",
    "typed_location",
    "workspace_files",
]
