"""A differential fuzzer of the ufuncs, `functional` and the losses: `python -m tests.fuzz --help`.

Every case is one call of arrays that lie in memory in any way NumPy knows. It is held against the same call of plain
copies on one thread, bit by bit, and against formulas in long double, by the bounds of functions.def.
"""
