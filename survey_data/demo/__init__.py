"""City H: a synthetic city whose true values are known."""

from survey_data.demo.generator import DemoCity, DemoRound, generate

__all__ = ["DemoCity", "DemoRound", "generate"]
