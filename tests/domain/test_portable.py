"""Same bits on every processor: held by what the domain calls, and by what comes of it."""

import ast
from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from traderai_assets.domain import portable
from traderai_assets.domain.models.calibration import fit_platt
from traderai_assets.domain.statistics.overfitting import backtest_overfitting

DOMAIN = Path(portable.__file__).parent
# BLAS, and functions that NumPy compiles for each processor anew
_NAMES = {
    *("dot", "vdot", "matmul", "inner", "tensordot", "linalg", "corrcoef", "cov", "polyfit"),
    *("einsum", "log", "log2", "log10", "log1p", "exp", "exp2", "expm1", "power", "float_power"),
    *("sin", "cos", "tan", "arcsin", "arccos", "arctan", "arctan2", "sinh", "cosh", "tanh"),
    *("logaddexp", "logaddexp2", "cbrt", "hypot"),
}
ELSEWHERE = {f"{numpy}.{name}" for numpy in ("np", "numpy") for name in _NAMES}
# Alters candles to prove that a feature does not look ahead: nothing of it is kept
PROOFS = {"alterations.py"}


def calls_of_the_machine(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.MatMult):
            yield f"line {node.lineno}: @"
        if isinstance(node, ast.Attribute) and ast.unparse(node) in ELSEWHERE:
            yield f"line {node.lineno}: {ast.unparse(node)}"


@pytest.mark.parametrize("file", sorted(DOMAIN.rglob("*.py")), ids=lambda file: file.name)
def test_nothing_in_the_domain_asks_for_what_the_machine_decides(file):
    found = list(calls_of_the_machine(ast.parse(file.read_text())))
    assert found == [] or file.name in PROOFS, "domain/portable.py has the same for any machine"


def test_it_is_what_numpy_says_but_for_the_last_digits():
    random = np.random.default_rng(0)
    weights, values = random.normal(size=(50, 8)), random.normal(size=(8, 3))
    np.testing.assert_allclose(portable.mixed(weights, values), weights @ values, rtol=1e-12)
    left, right = random.normal(size=(2, 1000))
    assert portable.inner(left, right) == pytest.approx(left @ right)
    np.testing.assert_allclose(portable.logarithm(np.exp(left)), left, rtol=0, atol=1e-14)
    np.testing.assert_allclose(portable.logistic(left), 1 / (1 + np.exp(-left)), rtol=1e-14)
    np.testing.assert_allclose(portable.surprise(left), np.logaddexp(0, left), rtol=1e-14)


def test_the_ends_of_the_line_neither_overflow_nor_warn():
    ends = np.array([-1e6, 1e6])
    assert portable.logistic(ends).tolist() == [0.0, 1.0]
    assert portable.surprise(ends).tolist() == [0.0, 1e6]
    told = portable.logarithm(np.array([0.0, -1.0, np.nan]))
    assert told[0] == -np.inf
    assert np.isnan(told[1:]).all()


def test_figures_do_not_depend_on_how_many_threads_there_are():
    random = np.random.default_rng(1)
    returns, log_odds = random.normal(size=(600, 40)), random.normal(size=20_000)
    target = (random.random(20_000) < 0.5).astype(float)
    found = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            scaling = fit_platt(log_odds, target, np.ones(20_000))
            found.append((backtest_overfitting(returns), scaling))
    assert found[0] == found[1]
