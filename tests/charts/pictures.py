"""The pictures of a city's view and a department's profile, as the pages draw them."""

from __future__ import annotations

from charts.city.answers import answer_bars
from charts.city.department import course, indicator_dots, largest_gaps
from charts.city.matrix import matrix
from charts.city.movers import movers
from charts.city.pictures import city_bar, factor_rows


def pictures(seen, profile, tokens, lang):
    """Those that have something to show, in the order of the pages."""
    found = [
        city_bar(seen, tokens, lang),
        factor_rows(seen, tokens, lang),
        matrix(seen, tokens, lang),
        movers(seen, tokens, lang),
        indicator_dots(profile, tokens, lang),
        largest_gaps(profile, tokens, lang),
        course(profile, tokens, lang),
        answer_bars(profile, tokens, lang),
    ]
    return [one for one in found if one is not None]
