#!/usr/bin/env python3
"""Makes a variant of a configuration for tests: configs/NAME with the files of tests/variants/NAME laid over it.

    tests/variants/make.py wordpress /tmp/wordpress

The variant of wordpress has fixed secrets in place of random_password, and a second step that scales the service to one
task (step2/), so that it can be run as a case by compare.py and record.py.
"""

import pathlib
import shutil
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def make(name: str, destination: pathlib.Path) -> pathlib.Path:
    """Writes the variant into a folder, which may exist; returns the folder."""
    destination.mkdir(parents=True, exist_ok=True)
    for source in sorted((ROOT / "configs" / name).glob("*.tf")):
        shutil.copy(source, destination)
    shutil.copytree(ROOT / "tests/variants" / name, destination, dirs_exist_ok=True)
    return destination


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    print(make(sys.argv[1], pathlib.Path(sys.argv[2])))
