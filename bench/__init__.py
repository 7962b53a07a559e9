"""Benchmarks: what the product costs beside a floor, both measured in the same run.

    python -m bench            all of them
    python -m bench sync       the first sync of 10,000 products of three variants
    python -m bench pages      the same of 100,000, by pages
    python -m bench webhooks   how long a webhook of each platform waits for its answer

Figures are ratios first: seconds belong to the machine they were measured on.
"""
