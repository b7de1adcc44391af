"""Sigmoid gates: an LSTM cell, a GRU cell, and attention scores that gate themselves.

A gate is a * sigmoid(b), one pass and one rounding: `sigmoid_gate`. The blocks of a cell's linear map lie side by side
in one array, so its gates are strided views; the ufunc takes them as they are.
"""

import numpy as np

import pysigmoid
from pysigmoid import sigmoid_gate


def lstm_cell(
    x: np.ndarray, hidden: np.ndarray, cell: np.ndarray, weights: np.ndarray, bias: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """One step of a long short-term memory: the new hidden state and the new cell, both (rows, units).

    `weights` is (inputs + units, 4 units), `bias` (4 units,): input gate, forget gate, candidate, output gate.
    """
    blocks = np.concatenate([x, hidden], axis=1) @ weights + bias
    input_gate, forget_gate, candidate, output_gate = np.split(blocks, 4, axis=1)
    cell = sigmoid_gate(cell, forget_gate) + sigmoid_gate(np.tanh(candidate), input_gate)
    return sigmoid_gate(np.tanh(cell), output_gate), cell


def gru_cell(
    x: np.ndarray, hidden: np.ndarray, input_weights: np.ndarray, hidden_weights: np.ndarray, bias: np.ndarray
) -> np.ndarray:
    """One step of a gated recurrent unit: the new hidden state (rows, units).

    `input_weights` is (inputs, 3 units), `hidden_weights` (units, 3 units): reset gate, update gate, candidate.
    """
    reset_x, update_x, candidate_x = np.split(x @ input_weights + bias, 3, axis=1)
    reset_h, update_h, candidate_h = np.split(hidden @ hidden_weights, 3, axis=1)
    candidate = np.tanh(candidate_x + sigmoid_gate(candidate_h, reset_x + reset_h))
    return candidate + sigmoid_gate(hidden - candidate, update_x + update_h)


def gated_attention(query: np.ndarray, key: np.ndarray) -> np.ndarray:
    """The scores of every query (rows, width) with every key, each times its own sigmoid."""
    scores = query @ key.T
    return pysigmoid.silu(scores)


def main() -> None:
    print("share of an LSTM cell's memory that is left, by the logit of its forget gate")
    logits, steps = np.float32([-5, 0, 2, 5, 10]), np.array([1, 10, 100])
    print(" logit   mask" + "".join(f"{f'after {count}':>12}" for count in steps))
    for logit in logits:
        mask = pysigmoid.sigmoid(logit)
        print(f"{logit:6.0f} {mask:6.4f}" + "".join(f"{mask**count:12.3g}" for count in steps))
    generator = np.random.default_rng(0)
    query, key = generator.standard_normal((32, 16)), generator.standard_normal((64, 16))
    scores, gated = query @ key.T, gated_attention(query, key)
    print(f"attention scores {scores.shape} from {scores.min():.2f} to {scores.max():.2f}")
    print(f"after their own gates       from {gated.min():.2f} to {gated.max():.2f}")


if __name__ == "__main__":
    main()
