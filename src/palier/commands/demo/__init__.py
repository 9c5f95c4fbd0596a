"""The demonstration: four years of a label's life, lived through the operations from a fixed seed.

Nothing is inserted behind the operations and nobody in it exists. Each landlord's life is a generator that says when
it wants to be woken; ``timeline`` wakes them all in the order of time. One module a subject.
"""
