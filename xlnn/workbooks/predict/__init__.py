"""The kind "predict": a network that was trained elsewhere, as it goes forward."""
