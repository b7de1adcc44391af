"""What pysigmoid is for, on real data. Run one from the repository: `python -m examples.demo`.

| file | what |
|---|---|
| demo.py | the main job: tails, logistic regression, speed, picture, Platt scaling (`make demo`) |
| tails.py | values far from zero: the formula, other libraries, ours, exact |
| logistic_regression.py | SciPy's L-BFGS-B with our loss and gradient, checked against scikit-learn |
| million_rows.py | the same on a million rows of ten features, timed beside scikit-learn |
| platt_scaling.py | a million scores become probabilities: seconds and memory beside NumPy and SciPy |
| breast_cancer.py | the data: 569 tumours, split and standardised |
| curve.py | the S-curve and its derivative as a picture |
| network.py | linear layers with relu, trained with our loss; the next three use it |
| binary_classifier.py | ten measurements, one logit, the threshold 0.5 |
| spam_detector.py | a hundred word counts, two hidden layers, a confidence |
| medical_risk.py | two thresholds, 0.7 and 0.3 |
| gates.py | sigmoid gates: an LSTM cell, attention |
"""
