"""A binary classifier: ten measurements of a tumour, one linear layer, sigmoid, and the threshold 0.5."""

import numpy as np

from examples import breast_cancer
from examples.network import Network

FEATURES = 10
THRESHOLD = 0.5


class BinaryClassifier(Network):
    """Linear(10, 1) and sigmoid; above one half the class is 1."""

    def __init__(self, *, seed: int = 0):
        super().__init__([FEATURES, 1], seed=seed)

    def predict(self, features: np.ndarray) -> np.ndarray:
        """The class of every row, 0 or 1."""
        return (self.probabilities(features) > THRESHOLD).astype(int)


def main() -> None:
    data = breast_cancer.load(FEATURES)
    model = BinaryClassifier()
    losses = model.fit(data.features, data.targets, steps=200)
    right = np.mean(model.predict(data.held_out_features) == data.held_out_targets)
    print(f"mean loss {losses[0]:.4f} at the start, {losses[-1]:.4f} after {len(losses)} steps")
    print(f"{right:.1%} of {len(data.held_out_targets)} held-out tumours get their class")


if __name__ == "__main__":
    main()
