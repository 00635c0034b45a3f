"""A stated gradient is the slope of its cost, or the workbook is refused with both numbers."""

import json
import re
from functools import cache, partial
from types import SimpleNamespace

import numpy as np
import openpyxl
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from networks import convolutional_plans, plans, replace
from own_networks import layout_of_model

import xlnn
from xlnn import Axis, Quantity, Stated, Weight, following, previous, reference
from xlnn.building.continue_from import source_of
from xlnn.building.plan import planned as planning
from xlnn.checking import gradients
from xlnn.checking.gradients import _cut, measured
from xlnn.checking.report import lines_of_gradients
from xlnn.cli import cli
from xlnn.equation import Constant
from xlnn.equations import attention, recurrent
from xlnn.equations import units as eq
from xlnn.equations.optimiser import OPTIMISERS
from xlnn.errors import DataError, DisagreementError
from xlnn.experiments import rnn
from xlnn.options import Options
from xlnn.quantity import GradientOf

N, T, INPUTS, H = 5, 3, 2, 3
ROW, UP, DOWN = Axis("row", N), Axis("step", T, "up"), Axis("step", T, "down")
DRAW = np.random.default_rng(8)
SQUARES = Stated(lambda e: (e**2).sum() / 2, lambda e: f"=SUMSQ({e.over('row')[...]})/2")
BOTH = Stated(lambda a, b: (a * b).sum(0), "=SUMPRODUCT({a[row]},{b[row]})")


def model(network, quantities, given, optimizer="sgd", epochs=2, **data):
    """Return a model of weights and quantities after its data, and its inputs."""
    epoch = Axis("epoch", epochs, "up")
    typed = [Quantity(name, **fields) for name, fields in data.items()]
    stated = (
        Quantity("eta", is_step_size=True), *typed, *network.trained(epochs, optimizer),
        *quantities(epoch), *network.gradients(epochs),
    )  # fmt: skip
    start = network.drawn(1, 0.7)
    return xlnn.Model(stated), {"eta": 0.05, **xlnn.constants(optimizer), **start, **given}


def batch_norm(fault=""):
    """Return a layer with batch normalisation."""
    dense = {"x": {"axes": (ROW,), "shape": (INPUTS,)}, "t": {"axes": (ROW,), "shape": (H,)}}
    means = "{dn}" if fault else "{dn}-AVERAGE({dn[row]})"
    back = Stated(
        lambda dn, n, s: (dn - (0 if fault else dn.mean(0)) - n * (dn * n).mean(0)) / s,
        f"=({means}-{{n}}*SUMPRODUCT({{dn[row]}},{{n[row]}})/{N})/{{s}}",
    )

    def quantities(epoch):
        each = partial(Quantity, sheet="Layer", axes=(epoch, ROW), shape=(H,))
        once = partial(Quantity, sheet="Layer", axes=(epoch,))
        yield each("z", equation=eq.PROJECT.of("W", "x"))
        yield once("m", shape=(H,), equation=Stated(lambda z: z.mean(0), "=AVERAGE({z[row]})"))
        yield each("c", equation=Stated(lambda z, m: z - m, "={z}-{m}"))
        yield once("s", shape=(H,), equation=Stated(
            lambda c: np.sqrt((c**2).mean(0) + 1e-3), f"=SQRT(SUMSQ({{c[row]}})/{N}+0.001)",
        ))  # fmt: skip
        yield each("n", equation=Stated(lambda c, s: c / s, "={c}/{s}"))
        yield each("e", equation=Stated(
            lambda n, g, b, t: g * n + b - t, "={g}*{n}+{b}-{t}"))  # fmt: skip
        yield once("C_T", equation=SQUARES)
        yield each("dn", equation=Stated(lambda e, g: e * g, "={e}*{g}"))
        yield each("dz", equation=back)

    network = xlnn.Weights({
        "W": Weight((H, INPUTS), eq.slope("row"), "dz", "x"), "g": Weight((H,), BOTH, "e", "n"),
        "b": Weight((H,), eq.bias_slope("row"), "e", start=0),
    })  # fmt: skip
    given = {"x": DRAW.normal(size=(N, INPUTS)), "t": DRAW.normal(size=(N, H))}
    return model(network, quantities, given, **dense)


def gru(fault=""):
    """Return a gated recurrent unit (Cho et al. 2014), in which r gates what enters n."""
    steps = {"axes": (ROW, UP)}
    rest = "1" if fault == "1 - r" else "(1-{r})"
    of_r = Stated(
        lambda dg, past, r: dg * past * r * (1 if fault == "1 - r" else 1 - r),
        f"={{dg}}*{{past}}*{{r}}*{rest}",
    )
    direct = Stated(
        lambda dh, u, dg, r: dh * u + dg * (1 if fault == "r" else r),
        "={dh}*{u}+{dg}" + ("" if fault == "r" else "*{r}"),
    )

    def quantities(epoch):
        there, back = (
            partial(Quantity, sheet=sheet, axes=(epoch, ROW, step), shape=(H,))
            for sheet, step in (("There", UP), ("Back", DOWN))
        )
        yield there("past", equation=eq.COPY.of(previous("h", along="step", start=0.0)))
        for gate in "ru":
            gated = recurrent.GATE.of(f"U{gate}", "past", f"W{gate}", "x", f"b{gate}")
            yield there(gate, equation=gated)
        yield there("gated", equation=eq.PRODUCT.of("r", "past"))
        yield there("n", equation=recurrent.RECURRENT.of("Un", "gated", "Wn", "x", "bn"))
        yield there("h", equation=Stated(
            lambda u, n, past: (1 - u) * n + u * past, "=(1-{u})*{n}+{u}*{past}"))  # fmt: skip
        yield there("e", equation=eq.ERROR.of("h", "t"))
        cost = lambda e: f"=SUMSQ({','.join(e.over('row', 'step')[k] for k in range(H))})/2"  # noqa: E731
        yield Quantity("C_T", axes=(epoch,), equation=Stated(lambda e: (e**2).sum() / 2, cost))
        later = following("passed", along="step", start=0.0)
        yield back("dh", equation=eq.SUM.of("e", later))
        yield back("dn", equation=Stated(
            lambda dh, u, n: dh * (1 - u) * (1 - n * n), "={dh}*(1-{u})*(1-{n}*{n})"))  # fmt: skip
        yield back("dg", equation=eq.BACK.of("dn", "Un"))
        yield back("du", equation=Stated(
            lambda dh, past, n, u: dh * (past - n) * u * (1 - u),
            "={dh}*({past}-{n})*{u}*(1-{u})"))  # fmt: skip
        yield back("dr", equation=of_r)
        yield back("direct", equation=direct)
        yield back("passed", equation=eq.Back(("du", "Uu"), ("dr", "Ur"), plus="direct"))

    slope, bias, found = eq.slope("row", "step"), eq.bias_slope("row", "step"), {}
    for gate, past in (("r", "past"), ("u", "past"), ("n", "gated")):
        found[f"U{gate}"] = Weight((H, H), slope, f"d{gate}", past)
        found[f"W{gate}"] = Weight((H, INPUTS), slope, f"d{gate}", "x")
        found[f"b{gate}"] = Weight((H,), bias, f"d{gate}")
    given = {"x": DRAW.normal(size=(N, T, INPUTS)), "t": DRAW.normal(size=(N, T, H))}
    typed = {"x": {**steps, "shape": (INPUTS,)}, "t": {**steps, "shape": (H,)}}
    return model(xlnn.Weights(found), quantities, given, **typed)


def vae(fault=""):
    """Return a variational autoencoder of one layer (Kingma and Welling 2014)."""
    typed = {"x": {"axes": (ROW,), "shape": (H,)}, "noise": {"axes": (ROW,), "shape": (INPUTS,)}}
    kl_m, kl_s = ("", "") if fault else ("+{m}", "+(EXP({s})-1)/2")
    part = Stated(lambda m, s: (m**2 + np.exp(s) - s - 1) / 2, "=({m}*{m}+EXP({s})-{s}-1)/2")
    cost = Stated(
        lambda e, part: (e**2).sum() / 2 + part.sum(),
        "=SUMSQ({e[row][:]})/2+SUM({part[row][:]})",
    )

    def quantities(epoch):
        each = partial(Quantity, sheet="Code", axes=(epoch, ROW), shape=(INPUTS,))
        yield each("m", equation=eq.PROJECT.of("Wm", "x"))
        yield each("s", equation=eq.PROJECT.of("Ws", "x"))
        yield each("z", equation=Stated(
            lambda m, s, noise: m + np.exp(s / 2) * noise, "={m}+EXP({s}/2)*{noise}"))  # fmt: skip
        yield each("y", equation=eq.PROJECT.of("V", "z"), shape=(H,))
        yield each("e", equation=eq.ERROR.of("y", "x"), shape=(H,))
        yield each("part", equation=part)
        yield Quantity("C_T", axes=(epoch,), equation=cost)
        yield each("dz", equation=eq.BACK.of("e", "V"))
        yield each("dm", equation=Stated(
            lambda dz, m: dz + (0 if fault else m), "={dz}" + kl_m))  # fmt: skip
        yield each("ds", equation=Stated(
            lambda dz, s, noise: dz * noise * np.exp(s / 2) / 2
            + (0 if fault else (np.exp(s) - 1) / 2),
            "={dz}*{noise}*EXP({s}/2)/2" + kl_s))  # fmt: skip

    slope = eq.slope("row")
    network = xlnn.Weights({
        "Wm": Weight((INPUTS, H), slope, "dm", "x"), "Ws": Weight((INPUTS, H), slope, "ds", "x"),
        "V": Weight((H, INPUTS), slope, "e", "z"),
    })  # fmt: skip
    given = {"x": DRAW.normal(size=(N, H)), "noise": DRAW.normal(size=(N, INPUTS))}
    return model(network, quantities, given, **typed)


def head(fault=""):
    """Return a head of self-attention, which gives its input in reverse order."""
    whole = attention.SCORE_ERROR
    score_error = whole if not fault else Stated(
        lambda V, **of: whole.array(V=V, **of) * V.shape[-1] ** 0.5,
        lambda i, j, V, **of: whole.cell(i, j, V=V, **of).removesuffix(f"/SQRT({V.shape[1]})"),
    ).taking(*whole.roles)  # fmt: skip

    def quantities(epoch):
        each = partial(Quantity, sheet="Head", axes=(epoch, ROW), shape=(T, INPUTS))
        yield from attention.head(each, T)
        yield each("do", equation=eq.ERROR.of("o", "t"))
        yield Quantity("C_T", axes=(epoch,), equation=SQUARES.of("do"))
        for back in attention.head_back(each, T):
            yield replace(back, equation=score_error) if back.name == "dZ" else back

    network = xlnn.Weights(
        {f"W{k.lower()}": Weight((INPUTS, INPUTS), attention.SLOPE, f"d{k}", "x") for k in "QKV"}
    )
    x = DRAW.normal(size=(N, T, INPUTS))
    typed = {name: {"axes": (ROW,), "shape": (T, INPUTS)} for name in "xt"}
    return model(network, quantities, {"x": x, "t": x[:, ::-1]}, **typed)


PLANTED = [
    (batch_norm, "mean", "dC_dW"),
    (gru, "1 - r", "dC_dUr"),
    (gru, "r", "dC_dUr"),
    (vae, "KL", "dC_dWm"),
    (head, "√d", "dC_dWq"),
]


NUMBER = r"(-?\d[\d.e+-]*\d|\d)"
SAID = rf"at the start, (\w+)\[.*\] is {NUMBER}, but the slope of C_T with .* is {NUMBER}\b"


def found_in(stated, given):
    """Return the gradients of a model that NumPy alone measures."""
    given = {name: np.asarray(value, dtype=float) for name, value in given.items()}
    return measured(layout_of_model(stated), reference.run(stated, given | reference.known(stated)))


@pytest.mark.parametrize(("made", "fault", "first"), PLANTED)
def test_a_planted_error_is_found_and_the_right_version_is_right(made, fault, first):
    assert {each.agrees for each in found_in(*made())} == {True}
    wrong = [each for each in found_in(*made(fault)) if each.agrees is False]
    assert wrong[0].gradient == first
    assert {each.point for each in wrong} == {gradients.START, gradients.NEAR}


@pytest.mark.parametrize("made", [batch_norm, gru, vae, head])
@pytest.mark.ci
def test_a_right_gradient_is_measured_and_accepted(made, tmp_path):
    stated, given = made()
    report = xlnn.workbook(stated, given, tmp_path / "own.xlsx").report
    assert report.agrees
    named = {q.gradient_of.weight for q in stated.quantities if q.gradient_of}
    assert {each.weight for each in report.gradients} == named
    assert all(each.agrees for each in report.gradients)
    assert max(each.difference for each in report.gradients) < 1e-6
    assert "agree with central differences, max relative difference" in str(report)


@pytest.mark.parametrize(("made", "fault", "first"), PLANTED)
@pytest.mark.ci
def test_a_planted_error_is_refused_with_both_slopes(made, fault, first, tmp_path):
    stated, given = made(fault)
    with pytest.raises(DisagreementError) as refused:
        xlnn.workbook(stated, given, tmp_path / "own.xlsx")
    found = re.search(SAID, str(refused.value))
    name, stated, slope = found.groups()
    assert name == first
    assert float(stated) != pytest.approx(float(slope), rel=1e-3)
    assert not (tmp_path / "own.xlsx").exists()


SIGMOID = "1/(1+EXP(-{s}))"


def gan(*, named=True, wrong=False):
    """Return a linear generator, and a discriminator with a hidden layer: two costs."""
    of_real = Stated(lambda s: np.log1p(np.exp(-s)), "=LN(1+EXP(-{s}))")
    of_fake = Stated(lambda s: np.log1p(np.exp(s)), "=LN(1+EXP({s}))")
    to_real = Stated(lambda s: 1 / (1 + np.exp(-s)) - 1, f"={SIGMOID}-1")
    to_fake = Stated(lambda s: 1 / (1 + np.exp(-s)), f"={SIGMOID}")
    one = eq.slope("row")
    both = Stated(
        lambda d, a, d2, a2: one.array(d, a) + one.array(d2, a2),
        lambda j, i, d, a, d2, a2: f"{one.cell(j, i, d, a)}+{one.cell(j, i, d2, a2)[1:]}",
    )

    def quantities(epoch):
        each = partial(Quantity, sheet="Both", axes=(epoch, ROW), shape=(1,))
        wide = partial(each, shape=(H,))
        yield each("g", equation=eq.DENSE.of("A", "z", "shift"))
        for part, enters in (("real", "x"), ("fake", "g")):
            yield wide(f"z_{part}", equation=eq.PROJECT.of("W", enters))
            yield wide(f"h_{part}", equation=eq.TANH.of(f"z_{part}"))
            yield each(f"s_{part}", equation=eq.PROJECT.of("V", f"h_{part}"))
        yield each("c_real", equation=of_real.of("s_real"))
        yield each("c_fake", equation=of_fake.of("s_fake"))
        yield each("cost_g", equation=of_real.of("s_fake"))
        yield each("cost_d", equation=eq.SUM.of("c_real", "c_fake"))
        for cost in "dg":
            yield Quantity(f"C_{cost.upper()}", axes=(epoch,), equation=eq.total("row"),
                           uses={"C": f"cost_{cost}"})  # fmt: skip
        yield each("e_real", equation=to_real.of("s_real"))
        yield each("e_fake", equation=to_fake.of("s_fake"))
        yield each("e_g", equation=(to_fake if wrong else to_real).of("s_fake"))
        for d, e, h in (("real", "real", "real"), ("fake", "fake", "fake"), ("g", "g", "fake")):
            yield wide(f"d_{d}", equation=eq.Back((f"e_{e}", "V"), tanh=f"h_{h}"))
        yield each("dg", equation=eq.BACK.of("d_g", "W"))

    generator = {"cost": "C_G"} if named else {}
    network = xlnn.Weights({
        "W": Weight((H, 1), both, "d_real", "x", "d_fake", "g"),
        "V": Weight((1, H), both, "e_real", "h_real", "e_fake", "h_fake"),
        "A": Weight((1, 1), one, "dg", "z", **generator),
        "shift": Weight((1,), eq.bias_slope("row"), "dg", start=0, **generator),
    }, **({"cost": "C_D"} if named else {}))  # fmt: skip
    typed = {name: {"axes": (ROW,), "shape": (1,)} for name in "xz"}
    given = {name: DRAW.normal(size=(N, 1)) for name in "xz"}
    return model(network, quantities, given, **typed)


@pytest.mark.ci
def test_each_network_of_two_has_the_slopes_of_its_own_cost(tmp_path):
    stated, given = gan()
    report = xlnn.workbook(stated, given, tmp_path / "gan.xlsx").report
    assert {each.weight: each.cost for each in report.gradients} == {
        "W": "C_D", "V": "C_D", "A": "C_G", "shift": "C_G",
    }  # fmt: skip
    first, second = lines_of_gradients(report.gradients)
    assert first.startswith("gradients of C_D: 12 entries of 2 weights agree with")
    assert second.startswith("gradients of C_G: 4 entries of 2 weights agree with")
    stated, given = gan(wrong=True)  # the generator follows the discriminator's cost
    with pytest.raises(DisagreementError, match=r"dC_dA\[1, 1\] is .*, but the slope of C_G"):
        xlnn.workbook(stated, given, tmp_path / "wrong.xlsx")


def test_without_a_known_cost_nothing_is_refused_and_the_report_tells_how_to_name_it(tmp_path):
    stated, given = gan(named=False, wrong=True)
    report = xlnn.workbook(stated, given, tmp_path / "gan.xlsx").report
    assert report.agrees
    assert {each.agrees for each in report.gradients} == {None}
    (line,) = lines_of_gradients(report.gradients)
    assert line == (
        "not measured: dC_dW, dC_dV, dC_dA and dC_dshift, no C_T is one number in each epoch that "
        'depends on the weights; name the cost, as in xlnn.Weights(…, cost="C_D")'
    )
    assert line in str(report)


@pytest.mark.parametrize(
    ("cost", "said"),
    [
        ("C_X", "the cost C_X, but there is no such quantity"),
        ("e", "the cost e, but e is not one number in each epoch"),
        ("idle", "the cost idle, but idle does not depend on V"),
        (3, "a weight, with cost="),
    ],
)
def test_a_cost_that_cannot_be_one_is_refused_where_it_is_named(cost, said, tmp_path):
    stated, given = vae()
    epoch = stated["C_T"].axes
    idle = Quantity("idle", axes=epoch, equation=Stated(lambda x: x.sum(), "=SUM({x[row][:]})"))
    named = [
        replace(q, gradient_of=replace(q.gradient_of, cost=cost)) if q.name == "dC_dV" else q
        for q in stated.quantities
    ]
    with pytest.raises(DataError, match=said):
        xlnn.workbook(xlnn.Model((*named, idle)), given, tmp_path / "own.xlsx")


@pytest.mark.ci
def test_a_gradient_that_is_meant_to_differ_is_said_to(tmp_path):
    stated, given = gru("r")
    free = [
        replace(q, gradient_of=replace(q.gradient_of, exact=False)) if q.gradient_of else q
        for q in stated.quantities
    ]
    report = xlnn.workbook(xlnn.Model(tuple(free)), given, tmp_path / "own.xlsx").report
    assert report.agrees
    assert "meant to differ (exact=False)" in str(report)
    one = Weight((1,), eq.bias_slope("row"), "e", exact=False)
    other = Weight((1,), eq.bias_slope("row"), "e")
    found = [q.gradient_of.exact for q in xlnn.Weights({"a": one, "b": other}).gradients(1)]
    assert found == [False, True]
    of_all = xlnn.Weights({"a": one, "b": other}, exact=False).gradients(1)
    assert [q.gradient_of.exact for q in of_all] == [False, False]


def dense(slope=None, bias=None, cost=None, optimizer="sgd", epochs=2, fields=None, **given):
    """Return a layer of relu units with a bias, and NumPy's run of it."""

    def quantities(epoch):
        each = partial(Quantity, axes=(epoch, ROW), shape=(H,))
        yield each("z", equation=eq.DENSE.of("W", "x", "b"))
        yield each("a", equation=eq.RELU.of("z"))
        yield each("e", equation=eq.ERROR.of("a", "t"))
        yield Quantity("C", axes=(epoch, ROW), equation=Stated(
            lambda e: (e**2).sum(1) / 2, "=SUMSQ({e[:]})/2"))  # fmt: skip
        yield Quantity("C_T", axes=(epoch,), equation=(cost or eq.total("row")).of("C"))
        yield Quantity(
            "C_mean", axes=(epoch,), equation=Stated(lambda C_T: C_T / N, f"={{C_T}}/{N}")
        )
        yield each("d", equation=Stated(lambda e, z: e * (z > 0), "={e}*IF({z}>0,1,0)"))

    network = xlnn.Weights({
        "W": Weight((H, INPUTS), slope or eq.slope("row"), "d", "x"),
        "b": Weight((H,), bias or eq.bias_slope("row"), "d", start=0),
    }, **(fields or {}))  # fmt: skip
    typed = {"x": {"axes": (ROW,), "shape": (INPUTS,)}, "t": {"axes": (ROW,), "shape": (H,)}}
    draw = np.random.default_rng(2)
    data = {"x": draw.normal(size=(N, INPUTS)), "t": draw.normal(size=(N, H))}
    stated, inputs = model(network, quantities, {**data, **given}, optimizer, epochs, **typed)
    inputs = {name: np.asarray(value, dtype=float) for name, value in inputs.items()}
    return layout_of_model(stated), reference.run(stated, inputs | reference.known(stated))


@pytest.mark.parametrize("optimizer", OPTIMISERS)
@pytest.mark.parametrize("epochs", [1, 3])
def test_any_optimiser_and_number_of_epochs_has_the_same_gradients(optimizer, epochs):
    found = measured(*dense(optimizer=optimizer, epochs=epochs))
    assert found == measured(*dense())
    assert len(found) == 2 * (gradients.ENTRIES + H)
    assert all(each.agrees for each in found)


@pytest.mark.parametrize("factor", [0, 0.5, 1, -1])
def test_at_a_kink_nothing_is_refused_and_beside_it_all_is_measured(factor):
    """Each z is 0 at the start, where the slope of relu is anything from 0 to 1."""
    zero = {"W": np.zeros((1, H, INPUTS))}
    found = measured(*dense(**zero))
    assert {each.agrees for each in found if each.point == gradients.NEAR} == {True}
    assert {each.agrees for each in found} <= {True, None}
    one = eq.bias_slope("row")
    wrong = Stated(lambda d: factor * one.array(d), lambda j, d: f"={factor}*{one.cell(j, d)[1:]}")
    found = [each for each in measured(*dense(bias=wrong, **zero)) if each.gradient == "dC_db"]
    assert False not in {each.agrees for each in found if each.point == gradients.START}
    assert (False in {each.agrees for each in found}) == (factor != 1)


def test_a_gradient_that_differs_at_the_start_alone_is_not_refused():
    """Both sides of two kinks have one slope, -1, and the gradient at z = 0 is 0 by convention."""
    x, t = np.zeros((N, INPUTS)), np.zeros((N, H))
    x[:2, 0] = t[:2, 0] = 1, -1
    found = measured(*dense(W=np.zeros((1, H, INPUTS)), x=x, t=t))
    own = [e for e in found if (e.gradient, e.point) == ("dC_dW", gradients.START)]
    (tied,) = (each for each in own if each.agrees is None and each.entry[0] == 1)
    assert (tied.stated, tied.slope) == (0, pytest.approx(-1))
    assert {e.agrees for e in found if e.point == gradients.NEAR} == {True}


def test_a_first_epoch_that_depends_on_all_is_measured_in_the_whole_run():
    """The cost is divided by the number of epochs."""

    def quantities(epoch):
        yield Quantity("k", axes=(epoch,), counts=True)
        count = Stated(lambda k: np.asarray(float(len(k))), "=COUNT({k[epoch]})")
        yield Quantity("epochs", equation=count)
        each = partial(Quantity, axes=(epoch, ROW), shape=(1,))
        yield each("y", equation=eq.PROJECT.of("W", "x"))
        yield each("e", equation=Stated(lambda y, epochs: y / epochs, "={y}/{epochs}"))
        yield Quantity("C_T", axes=(epoch,), equation=SQUARES)
        yield each("d", equation=Stated(lambda e, epochs: e / epochs, "={e}/{epochs}"))

    network = xlnn.Weights({"W": Weight((1, INPUTS), eq.slope("row"), "d", "x")})
    given = {"x": DRAW.normal(size=(N, INPUTS))}
    stated, inputs = model(
        network, quantities, given, epochs=3, x={"axes": (ROW,), "shape": (INPUTS,)}
    )
    run = reference.run(stated, {**inputs, **reference.known(stated)})
    found = measured(layout_of_model(stated), run)
    assert {each.agrees for each in found} == {True}
    assert found[0].stated == run["dC_dW"][(0, *(n - 1 for n in found[0].entry))]


def test_a_mean_whose_gradient_is_a_sum_is_told_by_its_factor():
    of_mean = Stated(
        lambda d, a: np.einsum("nj,ni->ji", d, a) / N,
        lambda j, i, d, a: f"=SUMPRODUCT({d.over('row')[j]},{a.over('row')[i]})/{N}",
    )
    found = measured(*dense(of_mean))
    assert {each.gradient for each in found if each.agrees is False} == {"dC_dW"}
    lines = "\n".join(lines_of_gradients(found))
    assert f"each entry measured is {1 / N} times the slope" in lines
    found = measured(*dense(of_mean, fields={"cost": "C_mean"}))
    assert {each.gradient for each in found if each.agrees} == {"dC_dW"}


def test_what_overflows_is_not_measured():
    found = measured(*dense(t=np.full((N, H), 1e200)))
    assert {(each.agrees, each.reason) for each in found} == {(None, "C_T is not a finite number")}


def test_a_cost_that_is_rounded_is_not_judged():
    rounded = Stated(lambda C: np.round(C.sum(), 3), "=ROUND(SUM({C[row]}),3)")
    found = measured(*dense(cost=rounded))
    assert False not in {each.agrees for each in found}
    assert any("too rough" in each.reason for each in found)


def test_an_entry_that_is_lost_beside_larger_ones_is_not_said_to_agree():
    """Of inputs so unlike in size, the cost does not show the slopes of the smaller."""
    sizes = np.where(np.arange(INPUTS) == 0, 1e6, 1e-6)
    x = np.random.default_rng(2).normal(size=(N, INPUTS)) * sizes
    found = [each for each in measured(*dense(x=x)) if each.gradient == "dC_dW"]
    large = [each for each in found if each.entry[-1] == 1]
    assert large
    assert len(large) < len(found)
    for each in found:
        assert each.agrees is (True if each in large or each.stated == 0 else None), each


def test_entries_are_few_and_the_same_each_time_and_none_if_a_run_takes_long(monkeypatch):
    layout, run = dense()
    runs = []
    computed = reference.run
    monkeypatch.setattr(reference, "run", lambda *of: runs.append(of) or computed(*of))
    found = measured(layout, run)
    assert found == measured(layout, run)
    assert len(runs) < 2 * (3 + 18 * len(found))
    monkeypatch.setattr(gradients, "SECONDS_A_CALL", gradients.SECONDS / gradients.RUNS / 15)
    assert len(measured(layout, run)) == 2  # the largest entry of each gradient
    monkeypatch.setattr(gradients, "SECONDS_A_CALL", gradients.SECONDS)
    assert {each.reason for each in measured(layout, run)} == {"computing the cost takes too long"}


def test_a_model_without_weights_has_nothing_to_measure(tmp_path):
    double = Stated(lambda x: 2 * x, "=2*{x}")
    stated = xlnn.Model((Quantity("x"), Quantity("y", equation=double)))
    report = xlnn.workbook(stated, {"x": 1}, tmp_path / "own.xlsx").report
    assert report.gradients == ()
    assert "gradient" not in str(report)


OURS = ["rnn", "lstm", "gru", "attention", "transformer", "names", "autoencoder", "vae", "gan",
        "embeddings"]  # fmt: skip


@cache
def experiment(name):
    """Return the layout of an experiment of few epochs, and NumPy's run of it."""
    plan = planning(source_of(name), Options(epochs=2))
    return plan.layout, plan.inputs


@pytest.mark.parametrize("name", OURS)
def test_every_gradient_of_our_experiments_is_measured_and_right(name):
    layout, inputs = experiment(name)
    found = measured(layout, reference.run(layout.model, inputs))
    stated = {q.name for q in layout.model.quantities if q.gradient_of}
    assert {each.gradient for each in found if each.agrees} == stated
    assert {each.agrees for each in found} == {True}


def test_batch_normalisation_takes_a_bias_away_and_leaves_no_slope_to_measure():
    layout, inputs = experiment("batch-norm")
    found = measured(layout, reference.run(layout.model, inputs))
    right = {each.gradient for each in found if each.agrees}
    stated = {q.name for q in layout.model.quantities if q.gradient_of}
    assert stated - right == {"dC_db", "dC_dW_cut", "dC_db_cut"}
    reasons = {each.gradient: each.reason for each in found if each.gradient not in right}
    assert "too rough" in reasons["dC_db"]
    assert "exact=False" in reasons["dC_dW_cut"]


def test_gradients_of_several_runs_are_slopes_of_the_costs_of_their_own_runs():
    plan = planning(source_of("rnn"), Options(epochs=1, seed=(1, 2)))
    model = plan.layout.model
    run = dict(reference.run(model, plan.inputs))
    found = measured(plan.layout, run)
    assert {each.entry[0] for each in found} == {1, 2}
    assert {each.agrees for each in found} == {True}
    for one in found:
        if one.point == gradients.START:
            number, *unit = (n - 1 for n in one.entry)
            assert one.stated == run[one.gradient][(number, 0, *unit)]


def planted(model, name):
    """Return a model in which one quantity is a thousandth too large."""
    one = model[name]
    larger = Stated(lambda **of: 1.001 * one.equation.array(**of), one.equation.cell)
    equation = larger.taking(*one.equation.roles)
    return xlnn.Model(
        tuple(replace(q, equation=equation) if q is one else q for q in model.quantities)
    )


@pytest.mark.parametrize("name", OURS)
@pytest.mark.first(1)
@pytest.mark.slow
def test_an_error_of_a_thousandth_in_any_step_of_the_way_back_is_found(name):
    layout, inputs = experiment(name)
    model = layout.model
    costs = {each.cost for each in measured(layout, reference.run(model, inputs))}
    cut = xlnn.Model(tuple(_cut(each, "epoch") for each in model.quantities))
    gradients = {q.name for q in model.quantities if q.gradient_of}
    behind = cut.needed_by(*gradients) - cut.needed_by(*costs)
    steps = [q for q in cut.quantities if q.computed and not isinstance(q.equation, Constant)]
    way_back = [q.name for q in steps if q.name in behind]  # a constant start is 0
    assert gradients <= {*way_back}
    found = {}
    for step in way_back:
        wrong = planted(model, step)
        run = reference.run(wrong, inputs)
        found[step] = {e.agrees for e in measured(replace(layout, model=wrong), run)}
    assert [step for step in way_back if False not in found[step]] == []


@pytest.fixture
def wrong_rnn(tmp_path, monkeypatch):
    """Return the workbook of an rnn in which V learns from the h of the step before."""

    def weight(shape, slope, *of, **said):
        return Weight(shape, slope, *(("e", "past") if of == ("e", "h") else of), **said)

    monkeypatch.setattr(rnn, "Weight", weight)
    return xlnn.build("rnn", tmp_path / "rnn.xlsx", epochs=1, verify=False).path


@pytest.mark.ci
def test_check_reports_a_wrong_gradient_with_both_slopes(wrong_rnn):
    done = CliRunner().invoke(cli, ["check", str(wrong_rnn)])
    assert done.exit_code == 1
    head, right, cell, stated, slope, *_ = done.stdout.splitlines()
    assert "1 gradient wrong (recalculated by formualizer" in head
    assert right.startswith("gradients of C_T: ")
    assert "entries of 4 weights agree with central differences" in right
    assert re.fullmatch(r"Gradients!\w+   dC_dV\[1, \d\] is not the slope of C_T", cell)
    assert re.fullmatch(rf"    stated   {NUMBER}", stated)
    assert re.fullmatch(
        rf"    slope    {NUMBER}   of C_T with respect to Weights!\w+, at the start", slope
    )
    done = CliRunner().invoke(cli, ["check", str(wrong_rnn), "--json"])
    assert done.exit_code == 1
    found = json.loads(done.stdout)
    assert (found["agrees"], found["wrong"]) == (False, [])
    assert "'formualizer', 1 wrong" in repr(xlnn.check(wrong_rnn))
    wrong = [each for each in found["gradients"] if each["agrees"] is False]
    assert {(each["gradient"], each["weight"], each["cost"]) for each in wrong} == {
        ("dC_dV", "V", "C_T")
    }
    assert all(abs(each["stated"] - each["slope"]) > 1e-3 for each in wrong)


@pytest.mark.usefixtures("wrong_rnn")
@pytest.mark.ci
def test_of_ours_a_wrong_gradient_is_an_error_in_xlnn(tmp_path):
    with pytest.raises(DisagreementError, match=r"C_T with respect to V is .*error in xlnn"):
        xlnn.build("rnn", tmp_path / "other.xlsx", epochs=1)


@pytest.mark.ci
def test_check_measures_at_the_numbers_in_the_file(tmp_path):
    stated, given = head()
    path = xlnn.workbook(stated, given, tmp_path / "own.xlsx").path
    said = xlnn.explain(path, "dC_dWq", unit=(1, 2), model=stated)
    cost = layout_of_model(stated).cell("C_T", (0,))
    assert said.slope.startswith(f"how fast C_T ({cost}) changes with Wq₁₂ (weights!C4)")
    assert said.slope in str(said)
    assert xlnn.explain(path, "dZ", model=stated).slope == ""
    before = xlnn.check(path, model=stated, seed=1)
    book = openpyxl.load_workbook(path)
    cell = before.gradients[0].weight_cell.partition("!")[2]
    book["weights"][cell] = 2.5
    book.save(path)
    after = xlnn.check(path, model=stated, seed=1)
    assert after.agrees
    assert all(each.agrees for each in after.gradients)
    run = xlnn.values(path, model=stated)
    for one in after.gradients:
        if one.point == gradients.START:
            place = (0, *(n - 1 for n in one.entry))
            assert run[one.gradient][place] == pytest.approx(one.stated, rel=1e-12)
    assert {e.stated for e in before.gradients}.isdisjoint({e.stated for e in after.gradients})


def test_numbers_that_no_chooser_takes_have_no_slopes():
    layout, inputs = experiment("transformer")
    read = np.array(inputs["read"], dtype=float)
    read[0, 0] = 2.5
    run = reference.run(layout.model, {**inputs, "read": read})
    assert {each.reason for each in measured(layout, run)} == {
        "an entry of read is not a whole number from 1 to 10"
    }


@given(
    plan=plans() | convolutional_plans(),
    size=st.sampled_from([0, 0.01, 1, 3, 100]),
    which=st.integers(0, 100),
)
@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@pytest.mark.ci
def test_in_random_networks_no_right_gradient_is_refused_and_a_wrong_one_is(plan, size, which):
    stated = [
        replace(q, gradient_of=GradientOf(q.name.removeprefix("dC_d")))
        if q.name.startswith("dC_d") and q.axes else q
        for q in plan.model.quantities
    ]  # fmt: skip
    model = xlnn.Model(tuple(stated))
    weights = [q.gradient_of.weight for q in stated if q.gradient_of]
    inputs = {**plan.inputs, **{w: plan.inputs[w] * size for w in weights}}
    layout = SimpleNamespace(model=model, cell=lambda *entry: str(entry))
    assert False not in {e.agrees for e in measured(layout, reference.run(model, inputs))}
    name = f"dC_d{weights[which % len(weights)]}"
    wrong = planted(model, name)
    run = reference.run(wrong, inputs)
    found = measured(SimpleNamespace(model=wrong, cell=layout.cell), run)
    refused = {each.gradient for each in found if each.agrees is False}
    assert refused <= {name}
    plain = 1e-2 * max(1, abs(run["C_T"][0]))  # others may be small beside rounding
    if any(abs(each.slope or 0) > plain for each in found if each.gradient == name):
        assert refused, [e for e in found if e.gradient == name]
