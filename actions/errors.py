"""What may go wrong with an action, for those who call actions."""

from indicators.findings import Finding, Refused
from survey_data.workspace import WorkspaceUnusable

__all__ = ["Finding", "Refused", "WorkspaceUnusable"]
