"""The crossing of tables: dwellings, incidents, readings and open data in, one line a residence out. No Django.

Written once as Ibis expressions, for one landlord as for the whole country, on DuckDB or on Spark. What is added up is
whole numbers, and every other figure is computed on one line: the answer does not depend on the order of rows, on the
number of threads or on the engine.
"""
