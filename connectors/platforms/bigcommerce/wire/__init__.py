"""BigCommerce's answers, as far as we ask for them: what is not declared here is never built.

    answers    what is around every answer of v3, and what many answers are made of
    store      the store, its default location, currencies, ways of payment, first channel
    products   products with variants and pictures; stock per location; brands
    sales      orders and their lines
    offers     promotions with their codes, and v2's coupons
    hooks      webhooks

A field is optional wherever a record can be made without it: real answers leave out, add and empty more than
the specifications say. Numbers that come as text are read as numbers; v2 writes an empty thing as `""` or as
`[]`. `repr` shows no value.
"""
