"""Convert between trained models and workbooks by way of ONNX."""
