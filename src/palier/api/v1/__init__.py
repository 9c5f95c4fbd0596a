"""The first version of the API: one module a room, which asks the same questions and does the same acts as its pages."""
