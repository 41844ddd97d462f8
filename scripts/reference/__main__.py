"""The reference of the docs, written from the code: `python -m scripts.reference`, or `--check`."""

import os
import sys

# The reference tells what is shipped, whatever somebody has set in this shell
for variable in [name for name in os.environ if name.startswith("TRADERAI_")]:
    del os.environ[variable]

from scripts.reference.pages import FOLDER, differing, write_pages  # noqa: E402


def main() -> int:
    """Write the pages, or with --check say which are not as the code has them; 1 if any is not."""
    if sys.argv[1:] not in ([], ["--check"]):
        print("usage: python -m scripts.reference [--check]")
        return 2
    found = differing()
    if sys.argv[1:]:
        for name in found:
            print(f"{FOLDER / name} is not what the code says; write it anew with: make docs")
        return 1 if found else 0
    write_pages()
    print(f"{len(found)} pages of {FOLDER} written anew: {', '.join(found) or 'none'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
