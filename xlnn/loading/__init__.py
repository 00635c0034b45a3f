"""What does a finished workbook say? Its Spec, and its quantities as arrays."""
