"""What the texts that introduce the sigmoid show for torch, unchanged but for the import of sigmoid and loss."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn.datasets import load_breast_cancer, load_digits
from torch import nn

import pysigmoid.torch as pt

SHOWN = [
    ([-5.0, -1.0, 0.0, 1.0, 5.0], [0.0067, 0.2689, 0.5000, 0.7311, 0.9933]),
    ([-2.0, -1.0, 0.0, 1.0, 2.0], [0.1192, 0.2689, 0.5000, 0.7311, 0.8808]),
]


@pytest.fixture(autouse=True)
def _same_weights_every_time():
    torch.manual_seed(0)


@pytest.mark.parametrize(("x", "shown"), SHOWN)
def test_layer_function_and_formula(x, shown):
    m = pt.Sigmoid()
    input = torch.tensor(x)
    for output in (m(input), pt.sigmoid(input), m.forward(input), 1 / (1 + torch.exp(-input))):
        np.testing.assert_array_equal(output.numpy().round(4), np.float32(shown))
    assert m(torch.randn(2, 3, 4)).shape == (2, 3, 4)


def test_binary_classifier():
    class BinaryClassifier(nn.Module):
        def __init__(self, input_size):
            super().__init__()
            self.linear = nn.Linear(input_size, 1)
            self.sigmoid = pt.Sigmoid()

        def forward(self, x):
            return self.sigmoid(self.linear(x))

    model = BinaryClassifier(10)
    probabilities = model(torch.randn(5, 10))
    predictions = (probabilities > 0.5).float()
    assert probabilities.shape == (5, 1)
    assert torch.all((probabilities > 0) & (probabilities < 1))
    assert set(predictions.flatten().tolist()) <= {0.0, 1.0}


def test_sequential():
    model = nn.Sequential(nn.Linear(10, 5), nn.ReLU(), nn.Linear(5, 1), pt.Sigmoid())
    output = model(torch.randn(3, 10))
    assert output.shape == (3, 1)
    output.sum().backward()
    assert all(torch.isfinite(parameter.grad).all() for parameter in model.parameters())


def test_criterion_with_the_sigmoid_inside():
    model = nn.Linear(10, 1)
    criterion = pt.BCEWithLogitsLoss()
    x, targets = torch.randn(8, 10), torch.randint(0, 2, (8, 1)).float()
    loss = criterion(model(x), targets)
    loss.backward()
    want = nn.BCEWithLogitsLoss()(model(x), targets)
    torch.testing.assert_close(loss, want, rtol=1e-6, atol=0)
    assert model.weight.grad.abs().sum() > 0


def test_vanishing_gradient():
    x = torch.tensor([10.0], requires_grad=True)
    y = pt.sigmoid(x)
    y.backward()
    assert f"{y.item():.6f}" == "0.999955"
    assert f"{x.grad.item():.6f}" == "0.000045"
    zero = torch.tensor(0.0, requires_grad=True)
    pt.sigmoid(zero).backward()
    assert zero.grad == 0.25


class SpamDetector(nn.Module):
    def __init__(self, num_features):
        super().__init__()
        self.fc1 = nn.Linear(num_features, 64)
        self.fc2 = nn.Linear(64, 32)
        self.fc3 = nn.Linear(32, 1)

    def forward(self, x):
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        return pt.sigmoid(self.fc3(x))


def verdict(probability):
    if probability > 0.5:
        return f"SPAM (confidence: {probability:.2%})"
    return f"NOT SPAM (confidence: {1 - probability:.2%})"


def test_spam_detector_learns():
    words = torch.rand(400, 100)
    spam = (words[:, :5].sum(1) > 2.5).float()[:, None]
    model, criterion = SpamDetector(100), nn.BCELoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    losses = []
    for _ in range(60):
        optimizer.zero_grad()
        loss = criterion(model(words), spam)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.2 < losses[0]
    with torch.no_grad():
        probabilities = model(words).squeeze()
    assert ((probabilities > 0.5) == (spam.squeeze() > 0.5)).float().mean() > 0.95
    assert verdict(0.9321) == "SPAM (confidence: 93.21%)"
    assert verdict(probabilities.max().item()).startswith("SPAM")
    assert verdict(probabilities.min().item()).startswith("NOT SPAM")


def advice(risk):
    if risk > 0.7:
        return "High risk - recommend testing"
    return "Medium risk - monitor" if risk > 0.3 else "Low risk"


def test_risk_model():
    model = nn.Sequential(nn.Linear(50, 20), nn.ReLU(), nn.Linear(20, 1), pt.Sigmoid())
    risk = model(torch.randn(1, 50))
    assert advice(risk.item()) in ("High risk - recommend testing", "Medium risk - monitor", "Low risk")
    at = [advice(pt.sigmoid(torch.tensor(logit)).item()) for logit in (2.0, 0.0, -2.0)]
    assert at == ["High risk - recommend testing", "Medium risk - monitor", "Low risk"]
    assert f"{risk.item():.1%}".endswith("%")


def test_lstm_gates():
    class Cell(nn.Module):
        def __init__(self, inputs, hidden):
            super().__init__()
            self.gates = nn.Linear(inputs + hidden, 4 * hidden)

        def forward(self, x, state):
            h, c = state
            forget, accept, show, new = self.gates(torch.cat([x, h], dim=1)).chunk(4, dim=1)
            c = pt.sigmoid(forget) * c + pt.sigmoid(accept) * torch.tanh(new)
            return pt.sigmoid(show) * torch.tanh(c), c

    cell, theirs = Cell(3, 4), nn.LSTMCell(3, 4)
    x, h, c = torch.randn(2, 3), torch.zeros(2, 4), torch.randn(2, 4)
    with torch.no_grad():  # torch's order of gates is input, forget, cell, output
        order = torch.tensor([[4, 5, 6, 7], [0, 1, 2, 3], [12, 13, 14, 15], [8, 9, 10, 11]]).flatten()
        cell.gates.weight.copy_(torch.cat([theirs.weight_ih, theirs.weight_hh], 1)[order])
        cell.gates.bias.copy_((theirs.bias_ih + theirs.bias_hh)[order])
    torch.testing.assert_close(cell(x, (h, c)), theirs(x, (h, c)))
    cell(x, (h, c))[0].sum().backward()
    assert cell.gates.weight.grad.abs().sum() > 0


def test_attention_gate():
    query, key = torch.randn(32, 64, requires_grad=True), torch.randn(32, 64)
    scores = query @ key.T
    gated = scores * pt.sigmoid(scores)
    torch.testing.assert_close(gated, pt.silu(scores))
    gated.sum().backward()
    assert query.grad.shape == (32, 64)


def test_bce_loss_after_a_sigmoid_layer():
    model = nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Linear(64, 1), pt.Sigmoid())
    x, labels = torch.randn(32, 10), torch.randint(0, 2, (32, 1)).float()
    loss = nn.BCELoss()(model(x), labels)
    loss.backward()
    logits = model[:3](x)
    torch.testing.assert_close(loss, pt.BCEWithLogitsLoss()(logits, labels))


# Beyond the texts: the same result where torch's is good, and learning where torch's gradients vanish


def network(features, sigmoid=None):
    torch.manual_seed(1)
    layers = [nn.Linear(features, 16), nn.SiLU(), nn.Linear(16, 1)]
    return nn.Sequential(*layers)


def train(model, criterion, x, y, steps=150, rate=0.5):
    optimizer = torch.optim.SGD(model.parameters(), lr=rate)
    for _ in range(steps):
        optimizer.zero_grad()
        loss = criterion(model(x).squeeze(1), y)
        loss.backward()
        optimizer.step()
    return loss.item()


def real_data(name):
    features, classes = load_breast_cancer(return_X_y=True) if name == "cancer" else load_digits(return_X_y=True)
    labels = classes if name == "cancer" else classes % 2
    features = (features - features.mean(0)) / (features.std(0) + 1e-9)
    return torch.from_numpy(features).float(), torch.from_numpy(labels).float()


@pytest.mark.parametrize("name", ["cancer", "digits"])
def test_two_layers_on_real_data_reach_the_same_loss(name):
    x, y = real_data(name)
    theirs = train(network(x.shape[1]), nn.BCEWithLogitsLoss(), x, y)
    ours = train(pt.convert(network(x.shape[1])), pt.BCEWithLogitsLoss(), x, y)
    assert theirs < 0.1
    assert abs(ours - theirs) < 1e-6


def test_learning_goes_on_where_torchs_gradients_vanish():
    """Logits of 20 and more on the right side: torch's gradient is 0 in float32."""

    def climb(criterion):
        logits, ones = torch.full((8,), 20.0, requires_grad=True), torch.ones(8)
        optimizer = torch.optim.SGD([logits], lr=1e8)
        for _ in range(50):
            optimizer.zero_grad()
            criterion(logits, ones).backward()
            optimizer.step()
        return logits.detach()

    assert torch.all(climb(nn.BCEWithLogitsLoss()) == 20)
    assert torch.all(climb(pt.BCEWithLogitsLoss()) > 20.4)
