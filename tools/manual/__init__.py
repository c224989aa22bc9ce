"""Parts of the docs that are written out of the data and the program when the docs are built."""
