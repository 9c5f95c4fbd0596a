"""The statistics of the rating of sites: tables in, tables out, no Django, whoever crossed the tables and whoever asks.

Every figure is reproducible: same tables, same method, same seed, same answer. They suggest; a person decides.
"""
