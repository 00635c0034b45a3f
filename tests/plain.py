"""The book's algorithm of 4-4 in bare Python loops: a witness that shares nothing with xlnn.

Neither NumPy nor xlnn is imported here, on purpose. Every loop is one sum of the book.
"""

from math import exp


def sigmoid(z):
    return 1 / (1 + exp(-z))


def train(x, t, W2, b2, W3, b3, eta, epochs):
    """Train the two-layer network by full-batch gradient descent.

    Returns a list with an entry for each epoch: a dict of z2, a2, z3, a3, C, delta3, delta2 (an
    entry for each image), the gradients, C_T and the weights that the epoch used; and the weights
    after the last epoch.
    """
    hidden, outputs, inputs = range(len(b2)), range(len(b3)), range(len(x[0]))
    history = []
    for _ in range(epochs):
        epoch = {name: [] for name in ("z2", "a2", "z3", "a3", "C", "delta3", "delta2")}
        epoch |= {"W2": [row[:] for row in W2], "b2": b2[:], "W3": [row[:] for row in W3]}
        epoch |= {"b3": b3[:], "C_T": 0.0}
        dC_dW2 = [[0.0 for _ in inputs] for _ in hidden]
        dC_db2 = [0.0 for _ in hidden]
        dC_dW3 = [[0.0 for _ in hidden] for _ in outputs]
        dC_db3 = [0.0 for _ in outputs]
        for pixels, target in zip(x, t, strict=True):
            z2 = [sum(W2[j][i] * pixels[i] for i in inputs) + b2[j] for j in hidden]
            a2 = [sigmoid(z) for z in z2]
            z3 = [sum(W3[k][j] * a2[j] for j in hidden) + b3[k] for k in outputs]
            a3 = [sigmoid(z) for z in z3]
            C = sum((target[k] - a3[k]) ** 2 for k in outputs) / 2
            delta3 = [(a3[k] - target[k]) * a3[k] * (1 - a3[k]) for k in outputs]
            delta2 = [
                sum(delta3[k] * W3[k][j] for k in outputs) * a2[j] * (1 - a2[j]) for j in hidden
            ]
            for j in hidden:
                dC_db2[j] += delta2[j]
                for i in inputs:
                    dC_dW2[j][i] += delta2[j] * pixels[i]
            for k in outputs:
                dC_db3[k] += delta3[k]
                for j in hidden:
                    dC_dW3[k][j] += delta3[k] * a2[j]
            epoch["C_T"] += C
            values = (z2, a2, z3, a3, C, delta3, delta2)
            for name, value in zip(
                ("z2", "a2", "z3", "a3", "C", "delta3", "delta2"), values, strict=True
            ):
                epoch[name].append(value)
        epoch |= {"dC_dW2": dC_dW2, "dC_db2": dC_db2, "dC_dW3": dC_dW3, "dC_db3": dC_db3}
        history.append(epoch)
        W2 = [[W2[j][i] - eta * dC_dW2[j][i] for i in inputs] for j in hidden]
        b2 = [b2[j] - eta * dC_db2[j] for j in hidden]
        W3 = [[W3[k][j] - eta * dC_dW3[k][j] for j in hidden] for k in outputs]
        b3 = [b3[k] - eta * dC_db3[k] for k in outputs]
    return history, {"W2": W2, "b2": b2, "W3": W3, "b3": b3}


def train_convolutional(  # noqa: C901, PLR0912 -- every loop is one sum of the book
    x, t, WF, bF, WO, bO, eta, epochs
):
    """Train the book's network of chapter 5: filters, 2 x 2 max pooling, sigmoid units.

    x holds pictures as lists of rows; WF filters of 3 x 3; WO, for each unit, the weights of each
    pooled map as rows. Returns what `train` does, by the book's names: zF, aF, aP, zO, aO, C,
    deltaO, deltaF, the gradients and the weights.
    """
    filters, outputs = range(len(bF)), range(len(bO))
    places = range(len(x[0]) - len(WF[0]) + 1)
    blocks, window = range(len(places) // 2), range(len(WF[0]))
    history = []
    for _ in range(epochs):
        names = ("zF", "aF", "aP", "zO", "aO", "C", "deltaO", "deltaF")
        epoch = {name: [] for name in names}
        epoch |= {"WF": WF, "bF": bF, "WO": WO, "bO": bO, "C_T": 0.0}
        dWF = [[[0.0 for _ in window] for _ in window] for _ in filters]
        dbF = [0.0 for _ in filters]
        dWO = [[[[0.0 for _ in blocks] for _ in blocks] for _ in filters] for _ in outputs]
        dbO = [0.0 for _ in outputs]
        for picture, target in zip(x, t, strict=True):
            zF = [
                [[_window(WF[f], picture, i, j) + bF[f] for j in places] for i in places]
                for f in filters
            ]
            aF = [[[sigmoid(z) for z in row] for row in rows] for rows in zF]
            aP = [[[max(_block(aF[f], p, q)) for q in blocks] for p in blocks] for f in filters]
            zO = [
                sum(WO[k][f][p][q] * aP[f][p][q] for f in filters for p in blocks for q in blocks)
                + bO[k]
                for k in outputs
            ]
            aO = [sigmoid(z) for z in zO]
            C = sum((target[k] - aO[k]) ** 2 for k in outputs) / 2
            deltaO = [(aO[k] - target[k]) * aO[k] * (1 - aO[k]) for k in outputs]
            deltaF = [[[0.0 for _ in places] for _ in places] for _ in filters]
            for f in filters:
                for p in blocks:
                    for q in blocks:
                        passed = sum(deltaO[k] * WO[k][f][p][q] for k in outputs)
                        # of equal values in a block the first passes the error on
                        n = _block(aF[f], p, q).index(aP[f][p][q])
                        i, j = 2 * p + n // 2, 2 * q + n % 2
                        deltaF[f][i][j] = passed * aF[f][i][j] * (1 - aF[f][i][j])
            for k in outputs:
                dbO[k] += deltaO[k]
                for f in filters:
                    for p in blocks:
                        for q in blocks:
                            dWO[k][f][p][q] += deltaO[k] * aP[f][p][q]
            for f in filters:
                for i in places:
                    for j in places:
                        dbF[f] += deltaF[f][i][j]
                        for u in window:
                            for v in window:
                                dWF[f][u][v] += deltaF[f][i][j] * picture[i + u][j + v]
            epoch["C_T"] += C
            for name, value in zip(names, (zF, aF, aP, zO, aO, C, deltaO, deltaF), strict=True):
                epoch[name].append(value)
        epoch |= {"dC_dWF": dWF, "dC_dbF": dbF, "dC_dWO": dWO, "dC_dbO": dbO}
        history.append(epoch)
        WF, bF = _stepped(WF, dWF, eta), _stepped(bF, dbF, eta)
        WO, bO = _stepped(WO, dWO, eta), _stepped(bO, dbO, eta)
    return history, {"WF": WF, "bF": bF, "WO": WO, "bO": bO}


def _window(weights, picture, i, j):
    """The sum of a filter's products with the part of a picture that begins at row i, column j."""
    return sum(
        weight * picture[i + u][j + v]
        for u, row in enumerate(weights)
        for v, weight in enumerate(row)
    )


def _block(rows, p, q):
    """The four values of a 2 x 2 block, row by row."""
    return [rows[2 * p + u][2 * q + v] for u in (0, 1) for v in (0, 1)]


def _stepped(weights, gradient, eta):
    """One step of gradient descent, in lists of any depth."""
    if isinstance(weights, list):
        return [_stepped(w, g, eta) for w, g in zip(weights, gradient, strict=True)]
    return weights - eta * gradient
