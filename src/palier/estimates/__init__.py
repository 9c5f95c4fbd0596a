"""Estimates: what a sample says of everybody, and how sure it is. Tables in, tables out.

It stands under all rooms and knows none of them, no Django, no clock. Every rate that Palier shows comes from here:

- ``proportions``: the interval of a share, the margin of a sample, the size that a margin asks for;
- ``designs``: means, totals and shares of a sample drawn by strata or clusters, with linearised standard errors;
- ``raking``: weights brought to known margins, which say what they did or why they refuse;
- ``shrinkage``: the share of a small group, helped by its neighbours, in one of three named regimes;
- ``areas``: means of small areas from a direct estimate and covariates (Fay-Herriot);
- ``ordinal``: what raises or lowers an ordered answer (proportional odds);
- ``waves``: two waves compared;
- ``importance``: what weighs most in the overall opinion.

Each formula names its source, and the tests give back results published elsewhere.
"""
