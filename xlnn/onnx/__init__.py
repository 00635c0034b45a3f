"""How does a trained model become a workbook, and a workbook a model? By way of ONNX."""
