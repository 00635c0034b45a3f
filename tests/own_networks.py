"""Networks of a programmer's own, as workbooks: an adversarial pair, a recurrent one, a coder.

Their cells have the names that xlnn defines, and no headings that an audit knows.
"""

import numpy as np

import xlnn
from xlnn import Axis, Quantity, Stated, Weight, following, previous
from xlnn.equations import recurrent
from xlnn.equations import units as eq
from xlnn.workbooks.own_model import OwnModel, spec_of


def layout_of_model(model):
    """Return the layout of a programmer's own model."""
    return OwnModel(model).layout(spec_of(model, ""))


def adversarial(epochs=3, rows=6, fault=""):
    """A generator and a discriminator: two costs of all weights, two rates.

    I. Goodfellow et al., Generative adversarial nets, NIPS 2014, with the costs of section 3.
    """
    epoch, row = Axis("epoch", epochs, "up"), Axis("row", rows)
    slope, bias = eq.slope("row"), eq.bias_slope("row")
    both_slopes = Stated(
        lambda d, a, e, c: np.einsum("nj,ni->ji", d, a) + np.einsum("nj,ni->ji", e, c),
        lambda j, i, d, a, e, c: "=" + "+".join(
            f"SUMPRODUCT({one.over('row')[j]},{other.over('row')[i]})"
            for one, other in ((d, a), (e, c))
        ),
    )  # fmt: skip
    both_biases = Stated(
        lambda d, e: d.sum(0) + e.sum(0),
        lambda j, d, e: f"=SUM({d.over('row')[j]})+SUM({e.over('row')[j]})",
    )
    total = Stated(
        lambda a, b: a.sum() + b.sum(),
        lambda a, b: f"=SUM({a.over('row')[...]})+SUM({b.over('row')[...]})",
    )
    log = "LN(1+EXP(-ABS({z})))"
    is_real = Stated(
        lambda z: np.maximum(z, 0) - z + np.log1p(np.exp(-np.abs(z))), f"=MAX({{z}},0)-{{z}}+{log}"
    )
    is_made = Stated(
        lambda z: np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z))), f"=MAX({{z}},0)+{log}"
    )
    less_one = Stated(lambda y: y - 1, "={y}-1")
    back = eq.Back(("d", "W")) if fault == "no derivative" else eq.Back(("d", "W"), tanh="h")
    if fault == "odd":
        back = Stated(lambda d, h: d * h + 0.3 * h, lambda i, d, h: f"={d[0]}*{h[i]}+0.3*{h[i]}")
    generator = xlnn.Weights(
        {
            "G": Weight((2, 2), slope, "back_made", "noise", uses={"eta": "eta_G"}),
            "b": Weight((2,), bias, "back_made", uses={"eta": "eta_G"}),
        },
        cost="C_G",
    )
    discriminator = xlnn.Weights(
        {
            "D": Weight((3, 2), both_slopes, "d_real", "real", "d_made", "made",
                        uses={"eta": "eta_D"}),
            "c": Weight((3,), both_biases, "d_real", "d_made", uses={"eta": "eta_D"}),
            "V": Weight((1, 3), both_slopes, "e_real", "h_real", "e_made", "h_made",
                        uses={"eta": "eta_D"}),
        },
        cost="C_D",
    )  # fmt: skip
    each = xlnn.alike(sheet="rows", axes=(epoch, row))

    def judged(of):
        yield each(f"h_{of}", equation=eq.TANH.of(f"s_{of}"), shape=(3,))
        yield each(f"z_{of}", equation=eq.PROJECT.of("V", f"h_{of}"), shape=(1,))
        yield each(f"y_{of}", equation=eq.SIGMOID.of(f"z_{of}"), shape=(1,))

    model = xlnn.Model((
        Quantity("eta_D"), Quantity("eta_G"),
        *(Quantity(n, sheet="data", axes=(row,), shape=(2,)) for n in ("noise", "real")),
        *generator.trained(epochs), *discriminator.trained(epochs),
        each("made", equation=eq.DENSE.of("G", "noise", "b"), shape=(2,)),
        each("s_real", equation=eq.DENSE.of("D", "real", "c"), shape=(3,)),
        each("s_made", equation=eq.DENSE.of("D", "made", "c"), shape=(3,)),
        *judged("real"), *judged("made"),
        each("loss_real", equation=is_real.of("z_real"), shape=(1,)),
        each("loss_made", equation=is_made.of("z_made"), shape=(1,)),
        each("loss_fooled", equation=is_real.of("z_made"), shape=(1,)),
        Quantity("C_D", sheet="costs", axes=(epoch,), equation=total.of("loss_real", "loss_made")),
        Quantity("C_G", sheet="costs", axes=(epoch,), equation=eq.total("row").of("loss_fooled")),
        each("e_real", equation=less_one.of("y_real"), shape=(1,)),
        each("e_made", equation=eq.COPY.of("y_made"), shape=(1,)),
        each("e_fooled", equation=less_one.of("y_made"), shape=(1,)),
        *(each(f"d_{n}", shape=(3,), equation=eq.Back(("d", "W"), tanh="h").of(
            f"e_{n}", "V", f"h_{n}")) for n in ("real", "made")),
        each("d_fooled", shape=(3,), equation=back.of(
            **{role: {"d": "e_fooled", "W": "V", "h": "h_made"}[role] for role in back.roles})),
        each("back_made", shape=(2,), equation=eq.BACK.of("d_fooled", "D")),
        *generator.gradients(epochs), *discriminator.gradients(epochs),
    ))  # fmt: skip
    draw = np.random.default_rng(7)
    inputs = {"eta_D": 0.1, "eta_G": 0.05}
    inputs |= {name: draw.normal(size=(rows, 2)).round(2) for name in ("noise", "real")}
    return model, inputs | generator.drawn(1) | discriminator.drawn(2)


GATES = "r", "u", "g"
"""A gated recurrent unit's gates: reset, update, and the candidate."""


def gated(epochs=4, rows=6, steps=5, hidden=4, fault=""):
    """A gated recurrent unit learns the parity of bits.

    K. Cho et al., Learning phrase representations using RNN encoder-decoder, EMNLP 2014.
    """
    epoch, row = Axis("epoch", epochs, "up"), Axis("row", rows)
    up, down = Axis("step", steps, "up"), Axis("step", steps, "down")
    over = "row", "step"
    slope, bias = eq.slope(*over), eq.bias_slope(*over)
    stated = {}
    for n in GATES:
        stated[f"U{n}"] = Weight((hidden, hidden), slope, f"d{n}", "kept" if n == "g" else "past")
        stated[f"W{n}"] = Weight((hidden, 1), slope, f"d{n}", "x")
        stated[f"b{n}"] = Weight((hidden,), bias, f"d{n}")
    stated |= {"V": Weight((1, hidden), slope, "e", "h"), "c": Weight((1,), bias, "e")}
    network = xlnn.Weights(stated)
    forward, back = (xlnn.alike(axes=(epoch, row, way), sheet="steps") for way in (up, down))
    mixed = Stated(lambda u, past, g: (1 - u) * past + u * g, "=(1-{u})*{past}+{u}*{g}")
    r_part = "" if fault == "no reset" else "*{r}"
    passed = Stated(
        lambda dh, u, a, b, c, r: dh * (1 - u) + a + b + (c if fault else c * r),
        f"={{dh}}*(1-{{u}})+{{a}}+{{b}}+{{c}}{r_part}",
    )
    gate_error = Stated(lambda d, by, a: d * by * a * (1 - a), "={d}*{by}*{a}*(1-{a})")
    update_error = Stated(
        lambda d, g, past, u: d * (g - past) * u * (1 - u), "={d}*({g}-{past})*{u}*(1-{u})"
    )
    candidate_error = Stated(lambda d, u, g: d * u * (1 - g * g), "={d}*{u}*(1-{g}*{g})")
    model = xlnn.Model((
        Quantity("eta"),
        *(Quantity(n, sheet="data", axes=(row, up), shape=(1,)) for n in "xt"),
        *network.trained(epochs),
        *(each for each in (
            forward("past", shape=(hidden,), equation=eq.COPY.of(
                previous("h", along="step", start=0.0))),
            *(forward(n, shape=(hidden,), equation=recurrent.GATE.of(
                f"U{n}", "past", f"W{n}", "x", f"b{n}")) for n in "ru"),
            forward("kept", shape=(hidden,), equation=eq.PRODUCT.of("r", "past")),
            forward("g", shape=(hidden,), equation=recurrent.RECURRENT.of(
                "Ug", "kept", "Wg", "x", "bg")),
            forward("h", shape=(hidden,), equation=mixed),
            forward("z", shape=(1,), equation=eq.DENSE.of("V", "h", "c")),
            forward("y", shape=(1,), equation=eq.SIGMOID),
            forward("loss", shape=(1,), equation=eq.ENTROPY),
            forward("e", shape=(1,), equation=eq.ERROR),
            back("dh", shape=(hidden,), equation=eq.Back(("e", "V"), plus="after"), uses={
                "after": following("passed", along="step", start=0.0)}),
            back("dg", shape=(hidden,), equation=candidate_error.of("dh", "u", "g")),
            back("du", shape=(hidden,), equation=update_error.of("dh", "g", "past", "u")),
            back("dkept", shape=(hidden,), equation=eq.BACK.of("dg", "Ug")),
            back("dr", shape=(hidden,), equation=gate_error.of("dkept", "past", "r")),
            back("from_u", shape=(hidden,), equation=eq.BACK.of("du", "Uu")),
            back("from_r", shape=(hidden,), equation=eq.BACK.of("dr", "Ur")),
            back("passed", shape=(hidden,), equation=passed.of(
                "dh", "u", "from_u", "from_r", "dkept", "r")),
        )),
        Quantity("C_T", sheet="costs", axes=(epoch,), equation=eq.total(*over).of("loss")),
        *network.gradients(epochs),
    ))  # fmt: skip
    draw = np.random.default_rng(3)
    bits = draw.integers(0, 2, (rows, steps, 1))
    inputs = {"eta": 0.1, "x": 2 * bits - 1, "t": bits.cumsum(axis=1) % 2}
    return model, inputs | network.drawn(5)


def coder(epochs=3, rows=6, inputs=4, fault=""):
    """A variational autoencoder: a cost of two parts, of which the second leaves the decoder out.

    D. P. Kingma and M. Welling, Auto-encoding variational Bayes, ICLR 2014, with noise that is
    given.
    """
    epoch, row = Axis("epoch", epochs, "up"), Axis("row", rows)
    slope, bias = eq.slope("row"), eq.bias_slope("row")
    network = xlnn.Weights({
        "M": Weight((2, inputs), slope, "dm", "x"), "m0": Weight((2,), bias, "dm"),
        "S": Weight((2, inputs), slope, "ds", "x"), "s0": Weight((2,), bias, "ds"),
        "D": Weight((inputs, 2), slope, "e", "code"), "d0": Weight((inputs,), bias, "e"),
    }, scale=0.3)  # fmt: skip
    code = Stated(lambda m, s, n: m + np.exp(s / 2) * n, "={m}+EXP({s}/2)*{n}")
    apart = Stated(lambda m, s: (m * m + np.exp(s) - 1 - s) / 2, "=({m}*{m}+EXP({s})-1-{s})/2")
    back_m = Stated(lambda dc, m: dc + m, "={dc}+{m}")
    back_s = Stated(
        lambda dc, s, n: dc * n * np.exp(s / 2) / 2 + (np.exp(s) - 1) / 2,
        "={dc}*{n}*EXP({s}/2)/2+(EXP({s})-1)/2",
    )
    if fault == "no KL":
        back_m = eq.COPY
        back_s = Stated(lambda dc, s, n: dc * n * np.exp(s / 2) / 2, "={dc}*{n}*EXP({s}/2)/2")
    each = xlnn.alike(sheet="rows", axes=(epoch, row))
    once = xlnn.alike(sheet="costs", axes=(epoch,))
    model = xlnn.Model((
        Quantity("eta", between=(0.001, 0.01)),
        Quantity("x", sheet="data", axes=(row,), shape=(inputs,), choices=(0, 1)),
        Quantity("n", sheet="data", axes=(row,), shape=(2,), between=(-1.0, 1.0)),
        *network.trained(epochs),
        each("mu", equation=eq.DENSE.of("M", "x", "m0"), shape=(2,)),
        each("ln", equation=eq.DENSE.of("S", "x", "s0"), shape=(2,)),
        each("code", equation=code.of("mu", "ln", "n"), shape=(2,)),
        each("z", equation=eq.DENSE.of("D", "code", "d0"), shape=(inputs,)),
        each("y", equation=eq.SIGMOID, shape=(inputs,)),
        each("loss", equation=eq.ENTROPY.of("z", "x"), shape=(inputs,)),
        each("apart", equation=apart.of("mu", "ln"), shape=(2,)),
        once("C_rows", equation=eq.total("row").of("loss")),
        once("C_KL", equation=eq.total("row").of("apart")),
        once("C_T", equation=eq.SUM.of("C_rows", "C_KL")),
        each("e", equation=eq.ERROR.of("y", "x"), shape=(inputs,)),
        each("dc", equation=eq.BACK.of("e", "D"), shape=(2,)),
        each("dm", equation=back_m.of(*("dc", "mu")[: len(back_m.roles)]), shape=(2,)),
        each("ds", equation=back_s.of("dc", "ln", "n"), shape=(2,)),
        *network.gradients(epochs),
    ))  # fmt: skip
    draw = np.random.default_rng(11)
    given = {"eta": 0.05, "x": draw.integers(0, 2, (rows, inputs))}
    return model, given | {"n": draw.normal(size=(rows, 2)).round(2)} | network.drawn(3, 0.5)
