"""What does a person's data say? Tables, arrays and pictures, read strictly into one form."""
