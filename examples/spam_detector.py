"""A spam detector: the counts of a hundred words, two hidden layers, and a verdict with its confidence."""

import numpy as np

import pysigmoid
from examples.network import Network

WORDS = 100
THRESHOLD = 0.5


class SpamDetector(Network):
    """Linear(100, 64), relu, Linear(64, 32), relu, Linear(32, 1), sigmoid."""

    def __init__(self, *, seed: int = 0):
        super().__init__([WORDS, 64, 32, 1], seed=seed)


def verdict(logit: float) -> str:
    """SPAM above the threshold, else NOT SPAM, with the probability of that class."""
    spam, not_spam = pysigmoid.sigmoid(logit), pysigmoid.sigmoid(-logit)
    if spam > THRESHOLD:
        return f"SPAM (confidence: {spam:.2%})"
    return f"NOT SPAM (confidence: {not_spam:.2%})"


def messages(count: int, *, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Word counts (count, 100) and labels; every word has its own rate, half of it the same in spam and elsewhere."""
    rates = np.random.default_rng(2024).gamma(1.0, 0.3, size=(2, WORDS))
    generator = np.random.default_rng(seed)
    spam = generator.integers(0, 2, count)
    return generator.poisson((rates[0] + rates[spam]) / 2).astype(float), spam


def main() -> None:
    model = SpamDetector()
    model.fit(*messages(2000, seed=1), steps=60)
    counts, spam = messages(500, seed=2)
    logits = model.logits(counts)
    for logit, label in zip(logits[:8], spam[:8], strict=True):
        print(f"{verdict(logit):32} really {'spam' if label else 'not spam'}")
    print(f"{np.mean((logits > 0) == spam):.1%} of {len(spam)} new messages are recognised")


if __name__ == "__main__":
    main()
