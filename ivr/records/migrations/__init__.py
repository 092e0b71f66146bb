"""
How the tables of the records came to be, step by step (Alembic).

Steps are never changed once a version of the line went out with them; they know nothing of
`ivr.records.tables`, which goes on changing.
"""
