"""Minta's connector: merchants' stores in, sealed rows and a feed out, erasure that can be proved."""
