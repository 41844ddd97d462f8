"""Logarithm and exponential of our own: near the truth, and the same bits on other processors."""

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numba import njit

from traderai_assets.domain import portable_kernels
from traderai_assets.domain.portable import logarithm, logistic, surprise

KERNELS = ("logarithms", "log_ratios", "logistics", "surprises")
# A processor of 2001, one of 2011 and one of 2013 with fused multiply-add, one with wide vectors
PROCESSORS = {
    "generic": "",
    "sandybridge": "+avx",
    "haswell": "+avx,+avx2,+fma",
    "skylake-avx512": "+avx,+avx2,+fma,+avx512f,+avx512dq,+avx512vl,-prefer-256-bit",
}
SPECIAL = [0.0, -0.0, -1.0, np.inf, -np.inf, np.nan, 5e-324, 1e-310, 1.0, 2.2250738585072014e-308]


def any_floats(rows):
    random = np.random.default_rng(0)
    return np.concatenate(
        [
            np.exp(random.normal(0.0, 1e-2, rows)),
            np.exp(random.normal(0.0, 100.0, rows)),
            random.integers(0, 2**63, rows).view(np.float64),
            random.random(rows) * 1e-310,
            SPECIAL,
        ]
    )


def any_log_odds(rows):
    random = np.random.default_rng(1)
    drawn = [random.normal(0.0, deviation, rows) for deviation in (1e-9, 3.0, 300.0)]
    return np.concatenate([*drawn, [0.0, -0.0, np.nan, np.inf, -np.inf, -745.0, 1e6, -1e6]])


def digest(rows=1_000_000):
    told = hashlib.sha256(logarithm(any_floats(rows)).tobytes())
    for function in (logistic, surprise):
        told.update(function(any_log_odds(rows)).tobytes())
    return told.hexdigest()


def units_in_the_last_place(found, exact):
    known = np.isfinite(found) & np.isfinite(exact.astype(np.float64))
    apart = np.abs(found[known].astype(np.longdouble) - exact[known])
    return float((apart / np.spacing(np.abs(found[known]))).max())


@pytest.mark.skipif(np.finfo(np.longdouble).nmant < 63, reason="no longer floats to compare with")
def test_they_are_right_to_the_last_digits():
    values, log_odds = any_floats(100_000), any_log_odds(100_000)
    with np.errstate(all="ignore"):
        odds = log_odds.astype(np.longdouble)
        exact = np.log(values.astype(np.longdouble))
        softened = np.maximum(odds, 0) + np.log1p(np.exp(-np.abs(odds)))
        assert units_in_the_last_place(logarithm(values), exact) < 0.8
        assert units_in_the_last_place(logistic(log_odds), 1 / (1 + np.exp(-odds))) < 3.0
        assert units_in_the_last_place(surprise(log_odds), softened) < 3.0


def test_what_is_not_a_number_or_has_no_logarithm_is_told_as_numpy_does():
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(logarithm(np.array(SPECIAL)), np.log(SPECIAL), rtol=1e-15)
    ends = np.array([np.nan, np.inf, -np.inf])
    np.testing.assert_array_equal(logistic(ends), [np.nan, 1.0, 0.0])
    np.testing.assert_array_equal(surprise(ends), [np.nan, np.inf, 0.0])


@pytest.mark.parametrize("function", [logarithm, logistic, surprise])
def test_a_value_alone_is_what_it_is_among_many_in_any_shape(function):
    values = any_floats(20)
    together = function(values)
    alone = np.array([function(values[row : row + 1])[0] for row in range(len(values))])
    assert alone.tobytes() == together.tobytes()
    assert function(values[::-1]).tobytes() == np.ascontiguousarray(together[::-1]).tobytes()
    assert function(values.reshape(2, -1)).tobytes() == together.tobytes()
    assert function(values[0]).tobytes() == together[:1].tobytes()


def test_the_log_of_a_ratio_is_that_of_the_quotient():
    above, below = any_floats(1000), any_floats(1000)[::-1].copy()
    found = np.empty(len(above))
    portable_kernels.log_ratios(above, below, found)
    with np.errstate(all="ignore"):
        expected = logarithm(np.where((above > 0) & (below > 0), above / below, np.nan))
    assert found.tobytes() == expected.tobytes()


@pytest.mark.slow
@pytest.mark.parametrize("name", KERNELS)
def test_nothing_is_fused_and_yet_it_runs_on_vectors(name):
    kernel = getattr(portable_kernels, name)
    # Anew: what comes out of the cache cannot be looked into
    anew = njit([kernel.nopython_signatures[0]], error_model="numpy")(kernel.py_func)
    (assembly,) = anew.inspect_asm().values()
    assert not re.search(r"\bv?fn?m(add|sub|la|ls)", assembly)
    if sys.platform == "linux" and os.uname().machine == "x86_64":
        assert re.search(r"\bv?divpd", assembly)


@pytest.mark.slow
@pytest.mark.processes
@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the processors are of that kind")
@pytest.mark.parametrize("processor", PROCESSORS)
def test_another_processor_gives_the_same_bits(processor, tmp_path):
    missing = set(PROCESSORS[processor].replace("+", "").split(",")) - {"", "-prefer-256-bit"}
    if not missing <= set(Path("/proc/cpuinfo").read_text().split()):
        pytest.skip("this machine cannot run its code")
    elsewhere = subprocess.run(  # noqa: S603
        [sys.executable, "-c", f"from {__name__} import digest; print(digest())"],
        env=os.environ
        | {
            "NUMBA_CPU_NAME": processor,
            "NUMBA_CPU_FEATURES": PROCESSORS[processor],
            "NUMBA_CACHE_DIR": str(tmp_path),
            "PYTHONPATH": os.pathsep.join(sys.path),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert elsewhere.stdout.strip() == digest()
