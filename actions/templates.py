"""Blanks to hand out."""

from __future__ import annotations

from actions.access import Access, authorize
from survey_data.templates import KINDS, template
from survey_data.workspace import registry

__all__ = ["KINDS", "make_template"]


def make_template(
    access: Access, kind: str, language: str, *, as_csv: bool = False
) -> tuple[str, bytes]:
    """File name and content of a blank of the framework for new rounds: a workbook with a guide,
    or the bare columns as CSV."""
    authorize(access.user, "template.read", kind)
    framework = registry.current_framework(access.workspace)
    departments = registry.departments(access.workspace)
    return template(kind, framework, language, departments, as_csv=as_csv)
