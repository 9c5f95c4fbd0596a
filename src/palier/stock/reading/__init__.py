"""Files in, uniform lines out. No Django: a reader says what a file holds, and where it is wrong."""
