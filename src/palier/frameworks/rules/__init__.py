"""The law of grids: what they are made of, how they are read, scored, completed and compared."""
