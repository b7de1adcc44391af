"""The end of a process, and modules that are loaded again."""

import pytest

from processes import ROUNDS, run


@pytest.mark.repeated
@pytest.mark.parametrize("round_", range(2 * ROUNDS))
@pytest.mark.parametrize(
    ("end", "exit_code"),
    [
        ("sys.exit(3)", 3),
        ("os._exit(4)", 4),
        ("threading.Thread(target=os._exit, args=(5,)).start(); time.sleep(9)", 5),
    ],
)
def test_process_ends_while_daemon_threads_compute(end, exit_code, round_):
    code = f"""
    def compute():
        while True:
            pysigmoid.sigmoid(X)

    for _ in range(3):
        threading.Thread(target=compute, daemon=True).start()
    time.sleep({0.01 * (1 + round_ % 3)})
    {end}
    """
    run(code, exit_code=exit_code)


def test_calls_at_the_end():
    """From atexit, a finalizer, a weak reference's callback, and __del__ while modules are torn down."""
    code = """
    import atexit, weakref

    class Last:
        def __init__(self, word):
            self.word, self.sigmoid, self.write, self.x, self.want = word, pysigmoid.sigmoid, os.write, X, WANT
            self.ref = None

        def __del__(self):
            assert self.sigmoid(self.x).tobytes() == self.want
            self.write(1, self.word)

    check()
    atexit.register(lambda: (check(), os.write(1, b"atexit ")))
    kept = Last(b"del ")
    sys.modules["__main__"].cycle = [kept]
    kept.cycle = sys.modules["__main__"].cycle
    weakref.finalize(kept, print, end="")
    holder = type("Holder", (), {})()
    reference = weakref.ref(holder, lambda _: (check(), os.write(1, b"weak ")))
    del holder
    """
    printed = run(code, printed=None)
    assert printed.split() == ["weak", "atexit", "del"]


def test_module_may_be_reloaded_and_imported_again():
    code = """
    import importlib
    check()
    for module in ("pysigmoid.threads", "pysigmoid.config", "pysigmoid"):
        importlib.reload(sys.modules[module])
        check()
    for name in [name for name in sys.modules if name.partition(".")[0] == "pysigmoid"]:
        del sys.modules[name]
    import pysigmoid as again
    assert again is not pysigmoid
    assert again.get_num_threads() == 4
    assert again.sigmoid(X).tobytes() == WANT
    """
    run(code)


def test_subinterpreter_works_or_refuses_cleanly():
    """Before Python 3.12 none could refuse, and NumPy warns; from then on the error names our module."""
    code = """
    import warnings
    warnings.simplefilter("ignore")
    try:
        import _interpreters as interpreters
    except ImportError:
        import _xxsubinterpreters as interpreters
    check()
    one = interpreters.create()
    text = '''
import sys
import warnings
warnings.simplefilter("ignore")
try:
    import pysigmoid
except ImportError as error:
    assert sys.version_info < (3, 12) or "pysigmoid._core does not support" in str(error), error
else:
    import numpy as np
    x = np.zeros(1_000_000, np.float32)
    assert (pysigmoid.sigmoid(x) == 0.5).all()
'''
    failure = interpreters.run_string(one, text)
    assert not failure, failure
    check()
    """
    run(code)
