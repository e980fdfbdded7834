"""Blanks to hand out."""

from __future__ import annotations

from actions.access import Access, authorize
from actions.measures.experts import experts_blank
from analysis.measures.catalogue_file import default_catalogue_text, default_scenario_text
from survey_data.handing_out.templates import KINDS as DATA_KINDS
from survey_data.handing_out.templates import template
from survey_data.workspace import registry

PLANS = {
    "scenario": ("scenario.yaml", default_scenario_text),
    "measures": ("measures.yaml", default_catalogue_text),
}
EXPERTS = "experts"
KINDS = (*DATA_KINDS, *PLANS, EXPERTS)


def endings(kind: str) -> tuple[str, ...]:
    """What a blank may be called; the first is what it is called by itself."""
    if kind == EXPERTS:
        return (".xlsx",)
    return (".yaml", ".yml") if kind in PLANS or kind == "framework" else (".xlsx", ".csv")


def make_template(
    access: Access, kind: str, language: str, *, as_csv: bool = False
) -> tuple[str, bytes]:
    """File name and content of a blank: a workbook of the framework for new rounds with a guide, the
    bare columns as CSV, or a plan's file in YAML with its explanations."""
    authorize(access.user, "template.read", kind)
    if kind in PLANS:
        name, content = PLANS[kind]
        return name, content().encode()
    if kind == EXPERTS:
        return experts_blank(access, language)
    framework = registry.current_framework(access.workspace)
    departments = registry.departments(access.workspace)
    return template(kind, framework, language, departments, as_csv=as_csv)
