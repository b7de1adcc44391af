"""The documentation: pages in MyST, and `docs.generate`, which writes what follows from the code and the records."""
