"""Finds what a run lost, did twice, mixed up or left in a wrong state.

It shares no code with the pipeline: it reads topics, tables and files itself, and knows the wire ids, the
steps of a delivery and what follows what by tables of its own.
"""
