"""Proofs over whole input spaces: see `python -m proof --help`."""
