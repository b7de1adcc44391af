"""Whole pieces of work, as a user of pysigmoid, NumPy, SciPy, scikit-learn or torch would write them."""
