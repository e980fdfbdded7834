"""Quantiles over draws, against ``numpy.quantile``."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from indicators.uncertainty.draws import quantiles

AT = (0.0, 0.05, 0.25, 0.5, 0.95, 1.0)


@given(
    arrays(
        float,
        st.tuples(st.integers(1, 40), st.integers(1, 4)),
        elements=st.floats(0, 100) | st.just(np.nan),
    )
)
def test_quantiles_are_those_of_numpy_and_a_missing_draw_gives_a_missing_quantile(drawn):
    np.testing.assert_allclose(
        quantiles(drawn, AT), np.quantile(drawn, AT, axis=0), rtol=1e-12, atol=1e-12
    )
