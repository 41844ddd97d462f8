"""The machine and the libraries that numbers were measured with; no name of a host, no path."""

import os
import platform
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

CPU_INFO = Path("/proc/cpuinfo")


def machine() -> str:
    """CPU model and cores, one line."""
    return f"{_cpu_model()}, {os.cpu_count()} cores, {platform.system()}"


def versions(libraries: Iterable[str]) -> str:
    """Python and the libraries that are installed, one line."""
    found = [f"Python {platform.python_version()}"]
    for library in libraries:
        try:
            found.append(f"{library} {version(library)}")
        except PackageNotFoundError:
            found.append(f"{library} not installed")
    return ", ".join(found)


def _cpu_model() -> str:
    if CPU_INFO.exists():
        for line in CPU_INFO.read_text().splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()
