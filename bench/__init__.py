"""Benchmarks: what the product costs beside a floor, both measured in the same run.

    python -m bench            all of them
    python -m bench sync       the first sync of 10,000 products of three variants

Figures are ratios first: seconds belong to the machine they were measured on.
"""
