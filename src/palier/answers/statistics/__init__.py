"""The figures of a wave: answers as columns in, plain JSON out. No Django, no clock."""
