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
