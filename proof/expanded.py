"""python -m proof.expanded FUNCTION DTYPE ISA: the C that the compiler sees of one function, macros gone.

FUNCTION is a row of functions.def, whose kernel is shown, or the whole name of any function below csrc/kernels, such as
`exp_in_f64`. What it calls comes before it, down to the instructions; one statement stands on a line.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys

from proof.build import CSRC, FLAGS, compiler_of_python

ALWAYS_INLINE = "static inline __attribute__((always_inline))"  # as inline.h has it
HEADER = re.compile(r"(\w+)\s*\([^()]*(\([^()]*\)[^()]*)*\)\s*$")
CONTROL = re.compile(r"(do|else|if|for|while|switch)\b\s*")


def preprocessed(isa: str) -> str:
    """The text of a file of kernels after the preprocessor, without what comes from outside csrc."""
    command = [*shlex.split(compiler_of_python()), *FLAGS, f"-I{CSRC}", "-E", str(CSRC / "kernels" / f"{isa}.c")]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    ours, kept = False, list[str]()
    for line in output.splitlines():
        marker = re.match(r'#\s+\d+\s+"(.*?)"', line)
        if marker:
            ours = marker.group(1).startswith(str(CSRC))
        elif ours and not line.startswith("#"):
            kept.append(line)
    return re.sub(r"\s+", " ", " ".join(kept).replace(ALWAYS_INLINE, "INLINE"))


def definitions(text: str) -> dict[str, str]:
    """The text of every function, by its name."""
    found, start = dict[str, str](), 0
    for end in ends_of_statements(text):
        piece, start = text[start:end].strip(), end
        head, brace, _ = piece.partition("{")
        name = HEADER.search(head)
        if brace and name and "=" not in head:
            found[name.group(1)] = piece
    return found


def ends_of_statements(text: str) -> list[int]:
    """Where statements end that lie in no brackets: behind semicolons, and behind the braces of a block."""
    ends: list[int] = []
    ending: list[bool] = []  # of the open braces, whether a statement ends with them
    depth = start = 0
    for i, sign in enumerate(text):
        if sign == "{":
            head = text[start:i]
            ending.append(depth == 0 and is_block(head) and not head.rstrip().endswith(" do"))
        depth += (sign in "([{") - (sign in ")]}")
        if (sign == "}" and ending.pop()) or (sign == ";" and depth == 0):
            start = i + 1
            ends.append(start)
    return ends


def is_block(head: str) -> bool:
    """Whether a brace behind these words opens a block, not a type or a value."""
    rest = head.strip()
    while control := CONTROL.match(rest):
        rest = rest[control.end() :]
        if control.group(1) not in ("else", "do"):
            rest = rest[end_of_brackets(rest) :].lstrip()
    return not rest or (bool(HEADER.search(rest)) and "=" not in rest and not rest.startswith("return"))


def end_of_brackets(text: str) -> int:
    """Behind the bracket that closes the first one."""
    depth = 0
    for i, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if sign == ")" and depth == 0:
            return i + 1
    return len(text)


def called(name: str, functions: dict[str, str], seen: list[str]) -> list[str]:
    """The functions of `functions` that `name` needs, each behind those it calls, itself last."""
    for word in dict.fromkeys(re.findall(r"\w+", functions[name])):
        if word in functions and word != name and word not in seen:
            called(word, functions, seen)
    seen.append(name)
    return seen


def formatted(text: str, depth: int = 0) -> str:
    """One statement a line."""
    indent, lines, start = "    " * depth, list[str](), 0
    for end in ends_of_statements(text):
        piece, start = text[start:end].strip(), end
        opening, closing = piece.find("{"), piece.rfind("}")
        if opening >= 0 and is_block(piece[:opening]):
            lines += [indent + piece[:opening].rstrip() + " {", formatted(piece[opening + 1 : closing], depth + 1)]
            piece = piece[closing:]
        lines.append(indent + piece)
    return "\n".join(line for line in lines if line)


def expanded(function: str, dtype: str, isa: str) -> str:
    functions = definitions(preprocessed("longdouble" if dtype == "longdouble" else isa))
    name = function if function in functions else f"{function}_{dtype}_kernel"
    if name not in functions:
        raise ValueError(f"no function {function} or {name} is compiled for {isa} here")
    return "\n\n".join(formatted(functions[each]) for each in called(name, functions, []))


def main() -> int:
    if len(sys.argv) != 4:
        print(__doc__)
        return 2
    try:
        print(expanded(*sys.argv[1:]))
    except (ValueError, subprocess.CalledProcessError) as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
