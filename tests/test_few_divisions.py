"""AVX-512 by few divisions: which processors take it, and that a number's neighbours change no bit of its result."""

import platform
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from proof import few_divisions
from proof.build import CSRC, compiler_of_python
from pysigmoid import _core

THIN = 64  # every so many blocks
X86 = pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="platform: no x86-64 processor")
ASKING = """
#include <stdio.h>
#include <stdlib.h>
#include "kernels/dividers.h"
int main(int count, char **words)
{
    printf("%d", count == 3 ? divides_slowly(words[1], (unsigned)atoi(words[2])) : this_cpu_divides_slowly());
}
"""


@pytest.fixture(scope="module")
def divides_slowly(tmp_path_factory):
    """Of a vendor and family, or of this processor."""
    folder = tmp_path_factory.mktemp("dividers")
    (folder / "asking.c").write_text(ASKING)
    sources = [str(folder / "asking.c"), str(CSRC / "kernels" / "dividers.c")]
    command = [*shlex.split(compiler_of_python()), f"-I{CSRC}", *sources, "-o", str(folder / "asking")]
    subprocess.run(command, check=True)

    def ask(*words):
        return bool(int(subprocess.run([folder / "asking", *map(str, words)], capture_output=True, check=True).stdout))

    return ask


@pytest.mark.parametrize(
    ("vendor", "family", "slowly"),
    [
        ("GenuineIntel", 6, True),
        ("AuthenticAMD", 0x19, False),
        ("AuthenticAMD", 0x1A, False),
        ("GenuineIntel", 19, True),  # unknown, as are all below
        ("AuthenticAMD", 0x1B, True),
        ("  Shanghai  ", 7, True),
        ("", 0, True),
    ],
)
def test_vendor_and_family_decide_and_unknown_ones_take_few(divides_slowly, vendor, family, slowly):
    assert divides_slowly(vendor, family) == slowly


@X86
@pytest.mark.skipif(not Path("/proc/cpuinfo").exists(), reason="platform: asks the Linux kernel")
def test_this_processor_is_asked_for_its_name(divides_slowly):
    said = dict(re.findall(r"^(vendor_id|cpu family)\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE))
    assert divides_slowly() == divides_slowly(said["vendor_id"], said["cpu family"])


def test_better_form_is_the_first_that_is_available(divides_slowly):
    forms = [isa for isa in _core.isa_available if isa.startswith("avx512")]
    assert forms in ([], sorted(forms, key=len, reverse=divides_slowly()))
    assert len(forms) in (0, 2)


@X86
@pytest.mark.control
def test_neighbours_change_no_bit(tmp_path):
    """Inverses as far off as rounding can bring them, on some blocks and to one side; make check has the rest.

    The control: so far off that some input of these blocks must show it in every function.
    """
    assert few_divisions.differences(tmp_path, -few_divisions.LARGEST_ERROR, THIN) == []
    wrong = few_divisions.differences(tmp_path, 1e5 * few_divisions.LARGEST_ERROR, THIN)
    assert {line.split()[0] for line in wrong} == set(few_divisions.ROWS)
