"""Prints the oldest versions that setup.cfg allows, as constraints for pip."""

import configparser
import re
from pathlib import Path

SETUP = Path(__file__).parents[1] / "setup.cfg"


def requirements():
    """What the package needs, a line each."""
    config = configparser.ConfigParser()
    config.read(SETUP, encoding="utf-8")
    return config["options"]["install_requires"].split("\n")[1:]


def constraints():
    """The same, pinned to the lower bounds; every requirement must have one."""
    matches = [re.match(r"([\w-]+)(?:\[\w+\])?>=([\d.]+)", line) for line in requirements()]
    return [f"{match[1]}=={match[2]}" for match in matches]


if __name__ == "__main__":
    print(*constraints(), sep="\n")
