"""Disclosure control: which figures of several contributors may be shown, so that nobody's own can be worked out.

It stands under all rooms and knows none. ``primary`` says which cells may not be shown by themselves, ``secondary`` which
others to hide with them, ``quantiles`` what is said of medians and quartiles, ``together`` which groups may be published side
by side. ``attacker`` works against all of them with code of its own: tests and benches call it, pages do not.
"""
