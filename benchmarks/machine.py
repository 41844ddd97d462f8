"""The machine and the libraries that numbers were measured with; no name of a host, no path."""

import os
import platform
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

CPU_INFO = Path("/proc/cpuinfo")
CACHES = Path("/sys/devices/system/cpu/cpu0/cache")
# Vector instructions that libraries choose their code by
VECTORS = ("sse4_2", "avx", "avx2", "fma", "avx512f", "avx512dq", "avx512vl")


def machine() -> str:
    """CPU model, cores, caches and vector instructions, one line."""
    model = _of_the_cpu("model name") or platform.processor() or platform.machine()
    flags = set(_of_the_cpu("flags").split())
    told = [model, f"{os.cpu_count()} cores", platform.system(), *_caches()]
    return ", ".join([*told, " ".join(name for name in VECTORS if name in flags)]).rstrip(", ")


def versions(libraries: Iterable[str]) -> str:
    """Python and the libraries that are installed, one line."""
    found = [f"Python {platform.python_version()}"]
    for library in libraries:
        try:
            found.append(f"{library} {version(library)}")
        except PackageNotFoundError:
            found.append(f"{library} not installed")
    return ", ".join(found)


def _of_the_cpu(name: str) -> str:
    """What Linux tells of the first core; empty elsewhere."""
    if CPU_INFO.exists():
        for line in CPU_INFO.read_text().splitlines():
            key, _, value = line.partition(":")
            if key.strip() == name:
                return value.strip()
    return ""


def _caches() -> Iterable[str]:
    """Size of each cache of the first core but that of instructions."""
    for cache in sorted(CACHES.glob("index*")):
        level, kind, size = (
            (cache / name).read_text().strip() for name in ("level", "type", "size")
        )
        if kind != "Instruction":
            yield f"L{level} {size}"
