"""The command line: python -m pysigmoid info | selftest | bench."""
