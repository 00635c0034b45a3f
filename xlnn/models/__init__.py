"""Which quantities a model is made of."""
