"""Read and copy .xlsx files, and refuse what is not safe in them."""
