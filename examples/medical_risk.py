"""Medical risk: a probability that is acted on at two thresholds, on real tumours."""

import numpy as np

from examples import breast_cancer
from examples.network import Network

HIGH, MEDIUM = 0.7, 0.3


def advice(probability: float) -> str:
    """What to do at this probability of disease."""
    if probability > HIGH:
        return "High risk - recommend testing"
    if probability > MEDIUM:
        return "Medium risk - monitor"
    return "Low risk"


def main() -> None:
    data = breast_cancer.load()
    model = Network([data.features.shape[1], 1])
    model.fit(data.features, data.targets, steps=200)
    advices = np.array([advice(probability) for probability in model.probabilities(data.held_out_features)])
    for level in map(advice, (1.0, 0.5, 0.0)):
        malignant = data.held_out_targets[advices == level]
        print(f"{level:30} {len(malignant):4} patients, {malignant.sum():3} of them with a malignant tumour")


if __name__ == "__main__":
    main()
