"""Single passes over much: a loss with its gradient, a recurrent network, masks."""

from collections.abc import Callable

import numpy as np

from benchmarks.end_to_end.kinds import Arrays, Contender, scaled, usual_loss

# ---- the multi-label loss ------------------------------------------------------------------------------------------


def labels_of_twenty(scale: float) -> Arrays:
    generator = np.random.default_rng(3)
    shape = scaled(2_000_000, scale), 20
    return 3 * generator.standard_normal(shape, np.float32), (generator.random(shape) < 0.1).astype(np.float32)


def labels_of_numpy(logits: np.ndarray, labels: np.ndarray) -> Callable[[], object]:
    def loss_and_grad() -> tuple[np.floating, np.ndarray]:
        grad = 1 / (1 + np.exp(-logits))
        grad -= labels
        grad /= logits.size
        return usual_loss(logits, labels).mean(), grad

    return loss_and_grad


def labels_of_scipy(logits: np.ndarray, labels: np.ndarray) -> Callable[[], object]:
    from scipy.special import expit

    return lambda: (usual_loss(logits, labels).mean(), (expit(logits) - labels) / logits.size)


def labels_of_torch(logits: np.ndarray, labels: np.ndarray) -> Callable[[], object]:
    import torch

    x, y = torch.from_numpy(logits).requires_grad_(), torch.from_numpy(labels)

    def loss_and_grad() -> tuple[float, np.ndarray]:
        loss = torch.nn.functional.binary_cross_entropy_with_logits(x, y)
        loss.backward()
        return loss.item(), x.grad.numpy()

    return loss_and_grad


# ---- an LSTM -------------------------------------------------------------------------------------------------------


def sequences(scale: float) -> Arrays:
    """64 sequences of 128 steps of 64 numbers, and the weights of 128 units: gates in the order i, f, candidate, o."""
    generator = np.random.default_rng(4)
    inputs, units = 64, 128
    x = generator.standard_normal((scaled(128, scale), 64, inputs), np.float32)
    shapes = (inputs, 4 * units), (units, 4 * units), (4 * units,)
    return (x, *(generator.uniform(-1, 1, shape).astype(np.float32) / np.float32(units**0.5) for shape in shapes))


def lstm(gate: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> Contender:
    """The hidden states of all steps; `gate(a, b)` is a sigmoid(b)."""

    def forward(x: np.ndarray, input_weights: np.ndarray, hidden_weights: np.ndarray, bias: np.ndarray) -> np.ndarray:
        blocks = x @ input_weights + bias
        hidden, cell = np.zeros((2, x.shape[1], len(hidden_weights)), np.float32)
        states = np.empty((len(x), *hidden.shape), np.float32)
        for step, block in enumerate(blocks):
            block += hidden @ hidden_weights
            input_gate, forget_gate, candidate, output_gate = np.split(block, 4, axis=1)
            cell = gate(cell, forget_gate) + gate(np.tanh(candidate), input_gate)
            states[step] = hidden = gate(np.tanh(cell), output_gate)
        return states

    return lambda *data: lambda: forward(*data)


def lstm_of_scipy(*data: np.ndarray) -> Callable[[], object]:
    from scipy.special import expit

    return lstm(lambda a, b: a * expit(b))(*data)


def lstm_of_torch(x: np.ndarray, *weights: np.ndarray) -> Callable[[], object]:
    import torch

    model = torch.nn.LSTM(x.shape[2], len(weights[1]))
    with torch.no_grad():
        for parameter, values in zip(model.parameters(), (*weights, np.zeros_like(weights[2])), strict=True):
            parameter.copy_(torch.from_numpy(values.T))
    sequence = torch.from_numpy(x)

    @torch.inference_mode()
    def forward() -> np.ndarray:
        return model(sequence)[0].numpy()

    return forward


# ---- masks ---------------------------------------------------------------------------------------------------------


def mask_logits(scale: float) -> Arrays:
    generator = np.random.default_rng(5)
    return ((4 * generator.standard_normal((scaled(160, scale), 160, 32))).astype(np.float16),)


def in_place(decode: Callable[[np.ndarray], object]) -> Contender:
    """Every call gets masks of its own to overwrite."""

    def contender(logits: np.ndarray) -> Callable[[], object]:
        masks = logits.copy()

        def run() -> np.ndarray:
            decode(masks)
            return masks

        return run

    return contender


def masks_of_numpy(masks: np.ndarray) -> None:
    np.negative(masks, out=masks)
    np.exp(masks, out=masks)
    masks += 1
    np.reciprocal(masks, out=masks)


def masks_of_scipy(masks: np.ndarray) -> None:
    from scipy.special import expit

    expit(masks, out=masks)


def masks_of_torch(masks: np.ndarray) -> None:
    import torch

    torch.from_numpy(masks).sigmoid_()
