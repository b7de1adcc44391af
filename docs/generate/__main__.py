"""Write what is generated and committed, or hold the built site to what it should be."""

import argparse
import sys
from pathlib import Path

from docs.generate import built_site, pictures, programs, readme

BUILT = Path(__file__).parents[1] / "_build" / "html"


def check() -> int:
    faults = [*built_site.faults(BUILT), *built_site.far_goals(BUILT), *programs.faults()]
    print(*faults, sep="\n")
    print(f"{len(faults)} faults" if faults else "every link, picture and program of the site holds")
    return bool(faults)


COMMANDS = {"readme": readme.write, "pictures": pictures.write, "measure": pictures.measure, "check": check}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m docs.generate", description=__doc__)
    parser.add_argument("command", choices=COMMANDS)
    return COMMANDS[parser.parse_args().command]() or 0


sys.exit(main())
