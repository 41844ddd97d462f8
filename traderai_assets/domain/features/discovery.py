"""Discovery: which modules hold features, and what version their sources make up.

A rule is found by where its file stands: in `rules/`, or in a folder `traderai_features` of the
user's own anywhere on Python's path (a namespace package: several folders of that name are one).
A module whose name begins with an underscore is shared code and holds no `FEATURES`.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from importlib.abc import InspectLoader
from importlib.util import find_spec
from pkgutil import iter_modules

from traderai_assets.domain.errors import InvalidFeature
from traderai_assets.domain.features.spec import FeatureSpec
from traderai_assets.domain.limits import MAX_WARM_UP_BARS

RULES = "traderai_assets.domain.features.rules"
USER_RULES = "traderai_features"
ARITHMETIC = ("traderai_assets.domain.arrays", "traderai_assets.domain.portable")

# What every value passes through besides the rules
_ENGINE = (
    "bars",
    "indicators",
    "kernels",
    "month",
    "realised_volatility",
    "rolling",
    "spec",
    "window_kernels",
    "windows",
)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


def rule_modules() -> list[str]:
    """Name every module of rules: ours, then the user's, each in order of name."""
    return [*_modules_in(RULES), *_modules_in(USER_RULES)]


def _modules_in(package: str) -> list[str]:
    found = find_spec(package)
    if found is None:
        return []
    if found.submodule_search_locations is None:
        return [package]
    names = {module.name for module in iter_modules(found.submodule_search_locations)}
    return [f"{package}.{name}" for name in sorted(names) if not name.startswith("_")]


def collect(modules: Iterable[str]) -> tuple[FeatureSpec, ...]:
    """Gather the features of `modules`, in their order.

    Raises
    ------
    InvalidFeature
        If a module has no `FEATURES`, an entry is not a whole `FeatureSpec`, or two entries share
        a name; says which files.
    """
    specs: dict[str, FeatureSpec] = {}
    origins: dict[str, str] = {}
    for module in modules:
        file = _file_of(module)
        for spec in _features_of(module, file):
            _check(spec, file)
            if spec.name in specs:
                raise InvalidFeature(
                    f"feature {spec.name!r} is defined in {origins[spec.name]} and again in "
                    f"{file}; rename one of them"
                )
            specs[spec.name], origins[spec.name] = spec, file
    return tuple(specs.values())


def _features_of(module: str, file: str) -> Iterator[FeatureSpec]:
    try:
        yield from import_module(module).FEATURES
    except (AttributeError, TypeError) as error:
        raise InvalidFeature(
            f"{file} has no readable FEATURES, a tuple of FeatureSpec ({error}); "
            "begin its name with an underscore if it only holds shared code"
        ) from error


def _check(spec: FeatureSpec, file: str) -> None:
    if not isinstance(spec, FeatureSpec):
        raise InvalidFeature(f"FEATURES of {file} holds {spec!r:.60}, not a FeatureSpec")
    if not _NAME.fullmatch(spec.name) or spec.name == "open_time":
        raise InvalidFeature(
            f"{file} calls a feature {spec.name!r:.70}; a name is up to 63 of a-z, 0-9 and _, "
            "begins with a letter and is not open_time"
        )
    if not 0 <= spec.warm_up_bars <= MAX_WARM_UP_BARS:
        raise InvalidFeature(
            f"feature {spec.name!r} of {file} asks for {spec.warm_up_bars} bars of warm-up; "
            f"0 to {MAX_WARM_UP_BARS} can be had"
        )


def code_version(modules: Iterable[str], specs: Sequence[FeatureSpec]) -> str:
    """Digest what decides the values: sources of rules and engine, names, order, warm-ups."""
    digest = hashlib.sha256()
    package = RULES.rpartition(".")[0]
    engine = (f"{package}.{name}" for name in _ENGINE)
    for module in (*ARITHMETIC, *engine, *modules):
        digest.update(f"{module}\0{_source_of(module)}\0".encode())
    for spec in specs:
        digest.update(f"{spec.name}\0{spec.warm_up_bars}\0".encode())
    return digest.hexdigest()[:16]


def _file_of(module: str) -> str:
    found = find_spec(module)
    return (found.origin if found else None) or module


def _source_of(module: str) -> str:
    """Source text, without importing the module: the kernels wait until they are used."""
    found = find_spec(module)
    loader = found.loader if found else None
    source = loader.get_source(module) if isinstance(loader, InspectLoader) else None
    if source is None:
        raise InvalidFeature(
            f"module {module} has no source text, from which the version of the features is made; "
            "install it with its .py file"
        )
    return source
