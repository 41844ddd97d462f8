"""Discovery: which modules hold features, and what version their sources make up.

A rule is found by where its file stands: in `rules/`, or in a folder `traderai_features` of the
user's own anywhere on Python's path (a namespace package: several folders of that name are one).
A module whose name begins with an underscore is shared code and holds no `FEATURES`.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module

from traderai_assets.domain.defaults import USER_RULES as USER_RULES
from traderai_assets.domain.errors import InvalidFeature
from traderai_assets.domain.features.spec import FeatureSpec
from traderai_assets.domain.limits import MAX_WARM_UP_BARS
from traderai_assets.domain.sources import file_of, modules_in, reached_from, source_of

DOMAIN = "traderai_assets.domain"
RULES = f"{DOMAIN}.features.rules"

# Where every value is computed: what this imports, and what a rule imports, decides with it
ENGINE = f"{DOMAIN}.features.month"
# Imported there, and of no value: these say which rules there are, how a refusal reads, and what
# may be set; the one limit that decides a value is digested by itself
NO_VALUES = frozenset(
    {
        f"{DOMAIN}.errors",
        f"{DOMAIN}.features.catalogue",
        f"{DOMAIN}.features.discovery",
        f"{DOMAIN}.limits",
    }
)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


def rule_modules() -> list[str]:
    """Name every module of rules: ours, then the user's, each in order of name."""
    return [*modules_in(RULES), *modules_in(USER_RULES)]


def engine_modules(modules: Iterable[str]) -> list[str]:
    """Name what the values of `modules` pass through besides them, wherever in the domain."""
    modules = list(modules)
    reached = reached_from([ENGINE, *modules], package=DOMAIN, without=NO_VALUES)
    return [name for name in reached if name not in modules]


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
        file = file_of(module)
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
    modules = list(modules)
    digest = hashlib.sha256(f"{MAX_WARM_UP_BARS}\0".encode())
    for module in (*engine_modules(modules), *modules):
        digest.update(f"{module}\0{_source_of(module)}\0".encode())
    for spec in specs:
        digest.update(f"{spec.name}\0{spec.warm_up_bars}\0".encode())
    return digest.hexdigest()[:16]


def _source_of(module: str) -> str:
    source = source_of(module)
    if source is None:
        raise InvalidFeature(
            f"module {module} has no source text, from which the version of the features is made; "
            "install it with its .py file"
        )
    return source
