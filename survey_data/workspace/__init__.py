"""The workspace: everything that is kept. Only this package knows SQL."""

from survey_data.workspace.opening import (
    ENVIRONMENT,
    Workspace,
    WorkspaceUnusable,
    default_location,
    now,
    open_workspace,
    workspace_files,
)

__all__ = [
    "ENVIRONMENT",
    "Workspace",
    "WorkspaceUnusable",
    "default_location",
    "now",
    "open_workspace",
    "workspace_files",
]
