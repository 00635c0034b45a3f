"""A pipeline of scikit-learn as a workbook: its scaling, weights and every activation as formulas.

pip install "xlnn[onnx]" scikit-learn skl2onnx pandas
python docs/examples/sklearn_pipeline.py
"""

from pathlib import Path

from skl2onnx import to_onnx
from sklearn.datasets import load_iris
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import xlnn

x, y = load_iris(return_X_y=True, as_frame=True)
labels = load_iris().target_names[y]
pipeline = make_pipeline(StandardScaler(), MLPClassifier((5,), max_iter=2000, random_state=0))
pipeline.fit(x.to_numpy(), labels)

model = to_onnx(pipeline, x.to_numpy(dtype="float32")[:1], options={"zipmap": False})
Path("iris-model.onnx").write_bytes(model.SerializeToString())
rows = x.iloc[::15]
built = xlnn.build(model="iris-model.onnx", data=rows, output="iris-model.xlsx", force=True)

said = xlnn.values("iris-model.xlsx")["label"][: len(rows)]
print(f"{built.path}: {built.formulas:,} formulas")
print(*built.notes, sep="\n")
print("as scikit-learn says:", (said == pipeline.predict(rows.to_numpy())).all())
