"""Shopify, as far as Minta can see it."""
