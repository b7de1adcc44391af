"""The examples: each does what it says, on the data it says."""

import numpy as np
import pytest
from matplotlib.image import imread

import pysigmoid
from examples import (
    binary_classifier,
    breast_cancer,
    curve,
    demo,
    gates,
    logistic_regression,
    medical_risk,
    million_rows,
    platt_scaling,
    spam_detector,
    tails,
)
from examples.network import Network
from pysigmoid import sigmoid

EPSILON = np.finfo(np.float64).eps


def beats_guessing(predicted: np.ndarray, targets: np.ndarray) -> bool:
    """Whether fewer than half as many are wrong as when everyone gets the more frequent class."""
    share = targets.mean()
    return np.mean(predicted != targets) < min(share, 1 - share) / 2


# ---- the networks --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sizes", [[10, 1], [6, 5, 4, 1]], ids=str)
def test_network_gradients_are_the_slopes_of_its_loss(sizes):
    """Central differences with step h are off by h^2 and by rounding of 2^-52 / h: 1e-9 for h = 1e-5."""
    generator = np.random.default_rng(3)
    features, targets = generator.standard_normal((20, sizes[0])), generator.integers(0, 2, 20)
    model, step = Network(sizes, seed=1), 1e-5
    _, grads = model.loss_and_grads(features, targets)
    for parameters, layer_grads in zip(model.layers, grads, strict=True):
        for parameter, grad in zip(parameters, layer_grads, strict=True):
            assert parameter.shape == grad.shape
            index = tuple(generator.integers(0, parameter.shape))
            middle = parameter[index]
            losses = []
            for parameter[index] in (middle + step, middle - step):
                losses.append(model.loss_and_grads(features, targets)[0])
            parameter[index] = middle
            assert grad[index] == pytest.approx((losses[0] - losses[1]) / (2 * step), abs=1e-8)


def test_binary_classifier_is_one_layer_and_the_threshold_one_half():
    data = breast_cancer.load(binary_classifier.FEATURES)
    model = binary_classifier.BinaryClassifier()
    assert [weights.shape for weights, _ in model.layers] == [(10, 1)]
    losses = model.fit(data.features, data.targets, steps=100)
    assert losses[-1] < losses[0]
    predicted = model.predict(data.held_out_features)
    np.testing.assert_array_equal(predicted, model.logits(data.held_out_features) > 0)
    assert beats_guessing(predicted, data.held_out_targets)


def test_spam_detector_has_the_layers_it_names_and_recognises_new_messages():
    model = spam_detector.SpamDetector()
    assert [weights.shape for weights, _ in model.layers] == [(100, 64), (64, 32), (32, 1)]
    model.fit(*spam_detector.messages(1000, seed=1), steps=40)
    counts, spam = spam_detector.messages(500, seed=2)
    assert beats_guessing(model.probabilities(counts) > spam_detector.THRESHOLD, spam)


@pytest.mark.parametrize(
    ("logit", "text"),
    [
        (2.62, "SPAM (confidence: 93.21%)"),
        (-2.62, "NOT SPAM (confidence: 93.21%)"),
        (0.0, "NOT SPAM (confidence: 50.00%)"),
        (800.0, "SPAM (confidence: 100.00%)"),
    ],
)
def test_verdict_states_the_confidence_in_the_class_it_names(logit, text):
    assert spam_detector.verdict(logit) == text


@pytest.mark.parametrize(
    ("probability", "text"),
    [
        (0.71, "High risk - recommend testing"),
        (0.7, "Medium risk - monitor"),
        (0.31, "Medium risk - monitor"),
        (0.3, "Low risk"),
        (0.0, "Low risk"),
    ],
)
def test_advice_changes_above_its_thresholds(probability, text):
    assert medical_risk.advice(probability) == text


def test_higher_risk_levels_hold_larger_shares_of_malignant_tumours():
    data = breast_cancer.load()
    model = Network([data.features.shape[1], 1])
    model.fit(data.features, data.targets, steps=200)
    probabilities = model.probabilities(data.held_out_features)
    high, low = probabilities > medical_risk.HIGH, probabilities <= medical_risk.MEDIUM
    assert data.held_out_targets[high].mean() > 0.9
    assert data.held_out_targets[low].mean() < 0.1


def test_data_are_standardised_on_the_rows_to_fit_only():
    """A mean of 426 numbers near 1 is 0 to about 426 rounding errors."""
    data = breast_cancer.load()
    assert np.abs(data.features.mean(axis=0)).max() < 426 * EPSILON
    assert np.abs(data.features.std(axis=0) - 1).max() < 426 * EPSILON
    assert np.abs(data.held_out_features.mean(axis=0)).max() > 0.01
    assert len(data.targets) + len(data.held_out_targets) == 569


# ---- gates ---------------------------------------------------------------------------------------------------------


def linear_map(generator, *shape):
    return generator.normal(scale=0.5, size=shape)


def test_lstm_cell_is_its_equations():
    """Values below 3, a handful of roundings each: 64 units of 2^-52."""
    generator = np.random.default_rng(5)
    x, hidden, cell = linear_map(generator, 7, 3), linear_map(generator, 7, 4), linear_map(generator, 7, 4)
    weights, bias = linear_map(generator, 7, 16), linear_map(generator, 16)
    z = np.hstack([x, hidden]) @ weights + bias
    i, f, g, o = sigmoid(z[:, :4]), sigmoid(z[:, 4:8]), np.tanh(z[:, 8:12]), sigmoid(z[:, 12:])
    want_cell = f * cell + i * g
    got_hidden, got_cell = gates.lstm_cell(x, hidden, cell, weights, bias)
    np.testing.assert_allclose(got_cell, want_cell, rtol=0, atol=64 * EPSILON)
    np.testing.assert_allclose(got_hidden, o * np.tanh(want_cell), rtol=0, atol=64 * EPSILON)


def test_gru_cell_is_its_equations():
    generator = np.random.default_rng(6)
    x, hidden = linear_map(generator, 7, 3), linear_map(generator, 7, 4)
    w, u, bias = linear_map(generator, 3, 12), linear_map(generator, 4, 12), linear_map(generator, 12)
    wx, uh = x @ w + bias, hidden @ u
    reset, update = sigmoid(wx[:, :4] + uh[:, :4]), sigmoid(wx[:, 4:8] + uh[:, 4:8])
    candidate = np.tanh(wx[:, 8:] + reset * uh[:, 8:])
    want = (1 - update) * candidate + update * hidden
    np.testing.assert_allclose(gates.gru_cell(x, hidden, w, u, bias), want, rtol=0, atol=64 * EPSILON)


@pytest.mark.parametrize(("forget_logit", "kept"), [(1000.0, 1.0), (0.0, 0.5), (-1000.0, 0.0)])
def test_forget_gate_is_a_mask_on_the_cell(forget_logit, kept):
    """With no weights the gates are their biases; a closed input gate lets nothing in."""
    closed, unused = -1000.0, 0.0
    bias = np.repeat([closed, forget_logit, unused, unused], 2)
    cell = np.array([[3.0, -7.0]])
    _, after = gates.lstm_cell(np.ones((1, 3)), np.ones((1, 2)), cell, np.zeros((5, 8)), bias)
    np.testing.assert_array_equal(after, kept * cell)


def test_attention_scores_gate_themselves():
    """Two ufuncs of float64, each within 0.55 ULP of the same value: at most one unit apart."""
    generator = np.random.default_rng(7)
    query, key = generator.standard_normal((32, 16)), generator.standard_normal((64, 16))
    gated, scores = gates.gated_attention(query, key), query @ key.T
    assert gated.shape == (32, 64)
    np.testing.assert_array_max_ulp(gated, pysigmoid.sigmoid_gate(scores, scores), maxulp=1)


# ---- the demo ------------------------------------------------------------------------------------------------------


def test_logistic_regression_finds_the_coefficients_of_scikit_learn():
    data, penalty, losses = breast_cancer.load(), 1.0, []
    ours = logistic_regression.fit(data.features, data.targets, penalty, losses.append)
    theirs = logistic_regression.fit_with_scikit_learn(data.features, data.targets, penalty)
    assert np.abs(ours - theirs).max() < demo.LARGEST_DIFFERENCE
    assert np.abs(ours).max() > 0.1
    assert losses == sorted(losses, reverse=True)
    predicted = logistic_regression.logits(ours, data.held_out_features) > 0
    assert beats_guessing(predicted, data.held_out_targets)


def test_logistic_regression_on_many_rows_finds_the_optimum_of_scikit_learn(capsys):
    """The slope of the penalised loss vanishes there, to what SciPy stops at and a factor for its rounding."""
    _, difference = million_rows.compare(20_000, rounds=1)
    assert difference < million_rows.LARGEST_DIFFERENCE
    assert "20,000 rows" in capsys.readouterr().out
    features, targets = million_rows.rows(20_000)
    found = million_rows.fit(features, targets)
    residuals = sigmoid(logistic_regression.logits(found, features)) - targets
    slopes = np.append(residuals @ features + million_rows.PENALTY * found[:-1], residuals.sum())
    assert np.abs(slopes).max() < 2 * million_rows.LARGEST_SLOPE * len(targets)
    assert found.std() > 0.1


def test_platt_scaling_finds_the_scale_of_the_generator_with_one_array_beside_the_data():
    """With curvature 0.03 or more, the error of 100,000 labels has a deviation of 0.02 at most."""
    scores, labels = platt_scaling.scores_and_labels(100_000)
    usual = platt_scaling.cost(platt_scaling.usual_objective, scores, labels)
    fused = platt_scaling.cost(platt_scaling.fused_objective, scores, labels)
    assert np.abs(fused.parameters - usual.parameters).max() < platt_scaling.LARGEST_DIFFERENCE
    assert np.abs(fused.parameters - (platt_scaling.SLOPE, platt_scaling.OFFSET)).max() < 0.1
    assert scores.nbytes < fused.peak_bytes < 1.25 * scores.nbytes
    assert usual.peak_bytes > 3 * scores.nbytes


@pytest.mark.parametrize(("largest_difference", "agrees"), [(platt_scaling.LARGEST_DIFFERENCE, True), (0.0, False)])
def test_platt_scaling_tells_whether_all_fits_agree(largest_difference, agrees, monkeypatch, capsys):
    monkeypatch.setattr(platt_scaling, "LARGEST_DIFFERENCE", largest_difference)
    assert platt_scaling.compare(1000) == agrees
    assert ("NOT BELOW" in capsys.readouterr().out) != agrees


def test_million_rows_exits_with_the_outcome_of_the_comparison(monkeypatch):
    for difference, exit_code in ((0.0, 0), (1e-4, 1)):
        monkeypatch.setattr(million_rows, "compare", lambda difference=difference: (0.5, difference))
        assert million_rows.main() == exit_code


def test_tails_table_shows_ours_within_half_an_ulp_and_the_formula_at_zero():
    text = tails.table(demo.installed())
    for name, operands in tails.QUANTITIES.items():
        values = getattr(pysigmoid, name)(*operands)
        exact = tails.exact_values(name, operands)
        for value, right in zip(values, exact, strict=True):
            assert tails.ulp_error(value, right) <= 0.5000001, f"{name}: {value!r}, exact {right}"
    derivative = text[text.index("sigmoid_derivative") :].splitlines()
    assert derivative[1].split()[:1] == ["formula"]
    assert derivative[1].split()[5] == "0.0000000e+00"
    assert "2.0611537e-09" in next(line for line in derivative if line.startswith("  pysigmoid")).split()[5]


def test_picture_is_drawn(tmp_path):
    curve.draw(tmp_path / "curve.png")
    picture = imread(tmp_path / "curve.png")
    assert picture.shape[0] > 400
    assert picture.shape[1] > 800
    assert len(np.unique(picture.reshape(-1, picture.shape[2]), axis=0)) > 100


@pytest.mark.parametrize(("largest_difference", "exit_code"), [(demo.LARGEST_DIFFERENCE, 0), (0.0, 1)])
def test_demo_exits_with_the_outcome_of_the_comparison(largest_difference, exit_code, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(demo, "SIZES", (64,))
    monkeypatch.setattr(demo, "SCORES", 1000)
    monkeypatch.setattr(demo, "LARGEST_DIFFERENCE", largest_difference)
    assert demo.main() == exit_code
    printed = capsys.readouterr().out
    assert "accuracy on the 143 held-out tumours: 9" in printed
    assert "ours / best peer" in printed
    assert "1,000 scores" in printed
    assert (tmp_path / "demo.png").stat().st_size > 10_000


@pytest.mark.parametrize(
    ("example", "line"),
    [
        (binary_classifier, "of 143 held-out tumours get their class"),
        (spam_detector, "of 500 new messages are recognised"),
        (medical_risk, "High risk - recommend testing"),
        (gates, "attention scores (32, 64)"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_example_runs_as_a_script(example, line, capsys):
    example.main()
    assert line in capsys.readouterr().out
