"""The framework: what is measured, how it is weighted, and which levels and gates apply."""

from indicators.framework.file import default_framework, default_framework_text, load_framework
from indicators.framework.gates import (
    CapGate,
    CoordinationGate,
    CoverageGate,
    Gate,
    MinimumGate,
    WeakestFactorGate,
)
from indicators.framework.indicator import Indicator, Item, Metric, Normalisation, Scale
from indicators.framework.model import (
    Dimension,
    Factor,
    Framework,
    Level,
    Node,
    RegisterField,
)

__all__ = [
    "CapGate",
    "CoordinationGate",
    "CoverageGate",
    "Dimension",
    "Factor",
    "Framework",
    "Gate",
    "Indicator",
    "Item",
    "Level",
    "Metric",
    "MinimumGate",
    "Node",
    "Normalisation",
    "RegisterField",
    "Scale",
    "WeakestFactorGate",
    "default_framework",
    "default_framework_text",
    "load_framework",
]
