"""The REST API, v2 and v3: one file for each group of endpoints, `endpoint.py` is the door."""
