"""python -m pysigmoid: what it prints, its JSON, how it ends, and that selftest sees what is wrong."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import pysigmoid
from proof import committed as proofs
from proof import hashes
from pysigmoid import _core
from pysigmoid._command import (
    bench,
    function_checks,
    inputs,
    loss_checks,
    main,
    peers,
    processes,
    reference,
    selftest,
    worker,
)
from pysigmoid._command.committed import FILE, committed
from pysigmoid._command.outcome import Outcome
from pysigmoid._command.report import SCHEMA

SCHEMA_FILE = Path(main.__file__).with_name("schema.json")
LIMIT = 600  # seconds, for a machine that others use too
ENVIRONMENT = os.environ | {"PYTHONWARNINGS": "default::ResourceWarning"}  # said on stderr, which is to be quiet


def command(*words, stdout=subprocess.PIPE, **variables):
    return subprocess.run(
        [sys.executable, "-m", "pysigmoid", *words],
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        timeout=LIMIT,
        env=ENVIRONMENT | variables,
    )


# ---- a reader of the part of JSON Schema that schema.json uses ----

TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "null": type(None),
    "integer": int,
    "number": (int, float),
}


def is_of_type(value, name):
    return isinstance(value, TYPES[name]) and (name == "boolean" or not isinstance(value, bool))


def is_too_small(number, schema):
    return number < schema.get("minimum", number) or number <= schema.get("exclusiveMinimum", number - 1)


def violations(value, schema, root, at="report"):
    """Where a value is not as the schema says."""
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    found = []
    if "type" in schema and not any(is_of_type(value, name) for name in np.atleast_1d(schema["type"])):
        found.append(f"{at} is {value!r}, no {schema['type']}")
    if "const" in schema and value != schema["const"]:
        found.append(f"{at} is {value!r}, not {schema['const']!r}")
    if value not in schema.get("enum", [value]):
        found.append(f"{at} is {value!r}")
    if isinstance(value, (int, float)) and is_too_small(value, schema):
        found.append(f"{at} is {value!r}")
    if isinstance(value, dict):
        found += [f"{at} has no {name}" for name in schema.get("required", []) if name not in value]
        for name, member in value.items():
            rule = schema.get("properties", {}).get(name, schema.get("additionalProperties", {}))
            found += violations(member, rule, root, f"{at}.{name}")
    if isinstance(value, list):
        for i, item in enumerate(value):
            found += violations(item, schema.get("items", {}), root, f"{at}[{i}]")
    if "oneOf" in schema and sum(not violations(value, each, root, at) for each in schema["oneOf"]) != 1:
        found.append(f"{at} is not of one kind")
    return found


def of_schema(report):
    schema = json.loads(SCHEMA_FILE.read_text())
    return violations(report, schema, schema)


def test_schema_has_the_version_of_the_reports_and_uses_only_what_is_read_here():
    schema = json.loads(SCHEMA_FILE.read_text())
    assert schema["properties"]["schema"] == {"const": SCHEMA}
    assert schema["properties"]["command"]["enum"] == [module.NAME for module in main.COMMANDS]
    assert {word for rule in every_rule(schema) for word in rule} <= {
        "$schema", "title", "description", "type", "required", "properties", "const", "enum", "minimum", "items",
        "exclusiveMinimum", "additionalProperties", "oneOf", "$ref", "$defs",
    }  # fmt: skip


def every_rule(schema):
    yield schema
    rules = [schema[name] for name in ("items", "additionalProperties") if name in schema]
    for name in ("properties", "$defs"):
        rules += schema.get(name, {}).values()
    for rule in (*rules, *schema.get("oneOf", [])):
        yield from every_rule(rule)


# ---- info ----


@pytest.fixture(scope="module")
def info():
    done = command("info", "--json", "-", PYSIGMOID_NUM_THREADS="3")
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def test_info_tells_what_is_in_use(info):
    assert of_schema(info) == []
    assert info["version"] == pysigmoid.__version__
    assert info["kernels"] == {"in_use": _core.isa, "available": list(_core.isa_available)}
    assert info["threads"]["count"] == 3
    assert info["threads"]["because_of"] == "PYSIGMOID_NUM_THREADS"
    assert info["variables"]["PYSIGMOID_NUM_THREADS"] == "3"
    assert info["libraries"]["scipy"]


def test_info_names_no_user_and_no_path():
    done = command("info")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert "\x1b" not in done.stdout
    assert "\r" not in done.stdout
    assert not [line for line in lines if "/" in line.partition(":")[2]]
    assert not [line for line in lines if str(Path.home()) in line]
    assert [line for line in lines if re.fullmatch(r"xgboost: +(not installed|[\d.]+\w*)", line)]


def test_schema_refuses_what_is_not_as_it_says(info):
    assert of_schema(info | {"gil": "on"})
    assert of_schema(info | {"schema": 2})
    assert of_schema({name: value for name, value in info.items() if name != "cpu"})
    assert of_schema(info | {"threads": info["threads"] | {"count": 0}})


def test_json_goes_to_a_file_and_the_text_is_printed_as_well(tmp_path):
    done = command("info", "--json", str(tmp_path / "info.json"))
    assert done.stdout.startswith("pysigmoid:")
    assert of_schema(json.loads((tmp_path / "info.json").read_text())) == []


# ---- how it ends ----


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "COMMAND"),
        (["inform"], "choose from"),
        (["info", "--json"], "expected one argument"),
        (["info", "--json", "no/such/folder/x.json"], "name a file in a folder"),
        (["info", "--json", "."], "name a file in a folder"),
        (["selftest", "--quickly"], "unrecognized arguments"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_what_would_be_right(words, said, capsys):
    with pytest.raises(SystemExit) as ended:
        main.main(words)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("words", [[], *([module.NAME] for module in main.COMMANDS)])
def test_help_has_examples(words, capsys):
    with pytest.raises(SystemExit) as ended:
        main.main([*words, "--help"])
    assert ended.value.code == 0
    assert "examples:\n  python -m pysigmoid" in capsys.readouterr().out


def test_unknown_instruction_set_is_a_message_and_no_traceback():
    done = command("info", PYSIGMOID_ISA="avx3")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "PYSIGMOID_ISA is 'avx3'" in done.stderr
    assert "scalar" in done.stderr


def test_wrong_number_of_threads_is_a_message_and_the_default():
    done = command("info", PYSIGMOID_NUM_THREADS="many")
    assert done.returncode == 0
    assert "RuntimeWarning: environment variable PYSIGMOID_NUM_THREADS is 'many'" in done.stderr
    assert len(done.stderr.splitlines()) <= 2  # with the line that imports the package, where Python knows its text


def test_closed_pipe_ends_quietly():
    reader, writer = os.pipe()
    os.close(reader)
    done = command("info", stdout=writer)
    os.close(writer)
    assert (done.returncode, done.stderr) == (main.CLOSED_PIPE, "")


def test_interrupt_ends_quietly_and_leaves_no_process_behind():
    process = subprocess.Popen(
        [sys.executable, "-m", "pysigmoid", "selftest"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
    )
    children = wait_for_children(process.pid)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=LIMIT)
    assert (process.returncode, output, errors) == (main.INTERRUPTED, "", "")
    assert not [child for child in children if Path(f"/proc/{child}").exists()]


def wait_for_children(parent):
    if sys.platform != "linux":
        pytest.skip("platform: asks the Linux kernel")
    deadline = time.monotonic() + LIMIT
    while time.monotonic() < deadline:
        if children := Path(f"/proc/{parent}/task/{parent}/children").read_text().split():
            return children
        time.sleep(0.01)
    pytest.fail("selftest started nothing")


# ---- selftest ----


def test_committed_outputs_are_those_of_the_proofs():
    assert FILE.read_text() == proofs.text(), "run python -m proof record committed"


def test_inputs_and_hash_are_those_of_the_harness():
    """Every function and dtype; float32 of one argument is long and comes in the whole run."""
    for name, row in inputs.ROWS.items():
        for label in ("float64", "float16", "bfloat16", *(["float32"] if row["nin"] == 2 else [])):
            got, count = inputs.hash_of_function(name, inputs.dtype_named(label), 1024)
            assert got == hashes.committed()[name][label]["1024"]
            assert count >= 1 << 16


def found_by_part(job):
    """What a process would have found, of two functions."""
    with np.errstate(all="ignore"):
        checks = [function_checks.check_values(["silu"]), function_checks.check_positions(["silu"])]
    return [vars(check) | {"isa": job.isa} for check in checks]


def test_report_adds_up_the_parts_of_every_check(monkeypatch, capsys):
    monkeypatch.setattr(selftest, "outcomes", lambda jobs: map(found_by_part, jobs))
    assert main.main(["selftest", "--quick", "--json", "-"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert of_schema(report) == []
    assert report["held"]
    assert report["left_out"] == []
    assert [(check["check"], check["isa"]) for check in report["checks"]] == [
        (name, isa)
        for name in ("correctly rounded values", "positions and strides")
        for isa in reversed(_core.isa_available)
    ]
    (once, _), parts = found_by_part(processes.Job("", "", 0, 0)), selftest.PARTS["quick"]
    assert report["checks"][0]["inputs"] == parts * once["inputs"]
    assert f"all held: {sum(check['inputs'] for check in report['checks']):,} inputs" in selftest.text(report)


def test_every_check_holds_in_a_part_of_the_worker(monkeypatch):
    """The last part of many has one function; the first has what belongs to none as well."""
    assert [outcome.check for outcome in worker.outcomes("quick", 14, 15)] == list(selftest.PROVED)[:3]
    monkeypatch.setattr(worker, "ROWS", {})
    outcomes = worker.outcomes("quick", 0, 1)
    assert [outcome.check for outcome in outcomes] == list(selftest.PROVED)
    assert [outcome.failures for outcome in outcomes] == [[]] * len(selftest.PROVED)


def failures_of(outcome):
    return {failure["what"].partition(" in ")[0] for failure in outcome.failures}


@pytest.fixture
def wrong_sigmoid(monkeypatch):
    """A sigmoid that is wrong at one float32, by one unit in the last place."""
    right = _core.sigmoid

    def wrong(x, **options):
        y = right(x, **options)
        if x.dtype == np.float32:
            y[x == np.float32(2.0**-64)] = np.nextafter(np.float32(0.5), np.float32(1))
        return y

    monkeypatch.setattr(_core, "sigmoid", wrong)


def test_a_wrong_result_is_seen_and_named(wrong_sigmoid):
    block = int(np.float32(2.0**-64).view(np.uint32)) >> 16
    (x,) = inputs.block_of_inputs("sigmoid", np.dtype(np.float32), block)
    want = inputs.hash_of_outputs((pysigmoid.sigmoid(x),), "float32", block)
    assert inputs.hash_of_outputs(inputs.outputs_of("sigmoid", [x]), "float32", block) != want
    at, got, value = reference.worst_input("sigmoid", [x])
    assert [float(each) for each in at] == [2.0**-64]
    assert (got, value) == (np.nextafter(np.float32(0.5), np.float32(1)), 0.5)


@pytest.mark.parametrize("name", [name for name, row in inputs.ROWS.items() if row["nin"] == row["nout"] == 1])
def test_no_input_is_named_where_all_are_right(name):
    if inputs.ROWS[name]["accuracy"]["float32"]["relative_from"] == 0:
        assert reference.worst_input(name, inputs.block_of_inputs(name, np.dtype(np.float32), 0x3F80)) is None


def test_values_that_are_off_by_more_than_their_bound_are_seen(monkeypatch):
    monkeypatch.setattr(function_checks, "outputs_of", lambda name, x: (inputs.outputs_of(name, x)[0] * (1 + 2.0**-9),))
    outcome = function_checks.check_values(["sigmoid", "bce"])
    assert failures_of(outcome) == {"sigmoid", "bce"}
    assert outcome.wrong > 50


def test_results_that_depend_on_the_length_are_seen(monkeypatch):
    right = _core.softplus
    monkeypatch.setattr(_core, "softplus", lambda x, **options: right(x, **options) + (x.size == 31))
    outcome = function_checks.check_positions(["softplus", "sigmoid"])
    assert failures_of(outcome) == {"softplus"}


def test_sums_in_another_order_are_seen(monkeypatch):
    monkeypatch.setattr(loss_checks, "documented_sum", lambda terms: float(np.add.reduce(terms)))
    assert loss_checks.check_sums("quick").wrong


def test_process_that_crashes_is_a_failure(monkeypatch, capsys):
    monkeypatch.setattr(selftest, "PARTS", {"quick": 1})
    monkeypatch.setattr(sys, "executable", "/bin/false")
    assert main.main(["selftest", "--quick"]) == 1
    printed = capsys.readouterr().out
    assert "FAILED" in printed
    assert "exit 1" in printed


def test_report_of_failures_names_input_result_and_what_it_should_be():
    outcome = Outcome("hashes", "avx2")
    outcome.compare("sigmoid in float32", [np.float32([0, 3])], np.float32([0.5, 1]), np.float32([0.5, 0.95]))
    assert outcome.wrong == 1
    (line,) = selftest.failures([vars(outcome)])
    assert line.splitlines() == [
        "FAILED on avx2, hashes: sigmoid in float32",
        "  input 0x1.8000000000000p+1",
        "  got   0x1.0000000000000p+0",
        "  want  0x1.e666660000000p-1",
    ]


def test_committed_values_reach_every_function_and_dtype():
    for name, row in inputs.ROWS.items():
        if len(row["outputs"]) == 1:
            assert all(len(committed()["values"][name][dtype]) >= 12 for dtype in proofs.DTYPES), name


# ---- bench ----


def test_bench_times_what_is_asked_for_and_names_what_is_missing():
    done = command(
        "bench", "--functions", "sigmoid", "logit", "--sizes", "7", "100", "--dtypes", "float32", "--json", "-"
    )
    assert done.returncode == 0, done.stderr  # which tells how far it is, if that takes long
    report = json.loads(done.stdout)
    assert of_schema(report) == []
    assert [(each["function"], each["size"]) for each in report["results"]] == [
        ("sigmoid", 7), ("logit", 7), ("sigmoid", 100), ("logit", 100),
    ]  # fmt: skip
    assert all({"pysigmoid", "numpy", "scipy"} <= each["times"].keys() for each in report["results"])
    printed = bench.text(report | {"not_installed": ["torch"]})
    assert "torch: not installed" in printed
    assert re.search(r"^logit( +[\d.e+]+){4}", printed, re.MULTILINE)


def test_peers_compute_what_we_do(rng):
    for library in peers.LIBRARIES:
        for name, call in (peers.calls_of(library) or {}).items():
            x = [bench.numbers(rng, interval, 100) for interval in inputs.ROWS[name]["intervals"]]
            want = inputs.outputs_of(name, x)
            got = call(*x, np.empty(100))
            for one, other in zip(got if isinstance(got, tuple) else (got,), want, strict=True):
                np.testing.assert_allclose(np.asarray(one), other, rtol=1e-9, atol=1e-12, err_msg=f"{library} {name}")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--functions", "sigmoidal"], "choose from"),
        (["--sizes", "0"], "choose whole numbers from 1"),
        (["--sizes", "1e6"], "choose whole numbers from 1"),
        (["--sizes", "9" * 5000], "choose whole numbers from 1"),
        (["--dtypes", "float16"], "choose from"),
    ],
)
def test_bench_of_what_there_is_not_says_the_choices(words, said, capsys):
    with pytest.raises(SystemExit) as ended:
        main.main(["bench", *words])
    assert ended.value.code == 2
    assert said in capsys.readouterr().err
