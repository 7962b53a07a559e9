"""The Admin GraphQL API as the sandbox serves it.

ask.py        who asks, of which store, when
registry.py   how a field gets its value
schema.py     the type definition (../schema/*.graphql) with those values behind it
access.py     scopes and protected customer fields
listing.py    connections: order, cursors, pages
search.py     the `query:` filter
costs.py      what a query costs, and the bucket it is paid from
refusals.py   validation errors in Shopify's shape
endpoint.py   the HTTP side
plan.py       a selection compiled for bulk operations
"""
