"""python -m pysigmoid info | selftest | bench."""

import sys

from pysigmoid._command.main import run

if __name__ == "__main__":
    sys.exit(run())
