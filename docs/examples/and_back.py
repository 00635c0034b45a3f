"""And back: what a workbook has learnt leaves it as a model, and recognises images without it."""

import json

import onnxruntime

import xlnn


def recognised(model, images):
    """Return the label that a model gives each image; images has the shape (images, pixels)."""
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    labels = json.loads(session.get_modelmeta().custom_metadata_map["labels"])
    (given,) = session.get_inputs()
    (outputs,) = session.run(None, {given.name: images.astype("float32")})
    return [labels[unit] for unit in outputs.argmax(axis=1)]


if __name__ == "__main__":
    xlnn.build("digits", "digits.xlsx", epochs=20)
    exported = xlnn.export("digits.xlsx", "digits.onnx")
    print(f"{exported.images} images, max difference {exported.max_difference:.0e}")
    sheet = xlnn.load("digits.xlsx")
    found = recognised("digits.onnx", sheet["x"].array)
    right = sum(sheet["truth_label"].array == [float(label) for label in found])
    print(f"{right} of {len(found)} images recognised by the model alone")
