"""Correctly rounded sigmoid functions for NumPy: what this installation is, whether it is right, how fast it is."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pysigmoid._command import bench, info, selftest

COMMANDS = (info, selftest, bench)
INTERRUPTED, CLOSED_PIPE = 130, 141  # as a shell has them: 128 and the signal

EPILOG = """\
examples:
  python -m pysigmoid info                       paste it into a bug report
  python -m pysigmoid selftest --quick           is this installation right, on this machine?
  python -m pysigmoid selftest --json result.json
  python -m pysigmoid COMMAND --help             more examples

exit status: 0 all held, 1 something failed, 2 wrong usage
"""

JSON_HELP = "write the report there as well, as JSON by pysigmoid/_command/schema.json; - prints it instead of the text"


def parser() -> argparse.ArgumentParser:
    raw = argparse.RawDescriptionHelpFormatter
    top = argparse.ArgumentParser("python -m pysigmoid", description=__doc__, epilog=EPILOG, formatter_class=raw)
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for module in COMMANDS:
        title = (module.__doc__ or "").partition("\n")[0]
        command = commands.add_parser(
            module.NAME, help=title, description=module.__doc__, epilog=module.EXAMPLES, formatter_class=raw
        )
        command.add_argument("--json", type=json_target, metavar="FILE", help=JSON_HELP)
        module.add_options(command)
        command.set_defaults(module=module)
    return top


def json_target(text: str) -> str:
    """A file that can be written, or - for standard output."""
    path = Path(text)
    if text != "-" and (path.is_dir() or not path.parent.is_dir() or not os.access(path.parent, os.W_OK)):
        raise argparse.ArgumentTypeError(f"{text!r} cannot be written; name a file in a folder that can be, or -")
    return text


def show(report: dict[str, Any], text: str, target: str | None) -> None:
    written = json.dumps(report, indent=1, allow_nan=False)
    print(written if target == "-" else text)
    sys.stdout.flush()
    if target not in (None, "-"):
        Path(str(target)).write_text(written + "\n", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    report = options.module.report(options)
    show(report, options.module.text(report), options.json)
    return 0 if report.get("held", True) else 1


def run() -> int:
    """`main`, but Ctrl-C and a closed pipe end quietly."""
    try:
        return main()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Python flushes stdout once more at its end, and would complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLOSED_PIPE
    except OSError as error:
        print(f"python -m pysigmoid: {error.strerror or error}", file=sys.stderr)
        return 1
