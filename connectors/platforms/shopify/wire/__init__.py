"""Shopify's answers, as far as we ask for them: what is not declared here is never built.

    replies    what is around every answer: errors, cost
    answers    what many answers are made of: pages, ids, money
    store      the shop, its primary location, its account with Shopify Payments
    products   products with variants, stock levels and media
    sales      orders and their lines
    offers     discounts
    exports    bulk operations, and what tells the place of a line of their files

Decoding is strict but for `replies`: texts are text, money is a decimal, times carry their zone. A field is
optional only where the schema lets it be null, where a bulk file leaves a connection out and sends its nodes
as lines of their own, or where nothing is lost without it. Shopify's enumerations stay open: a new value
is a text like the others. `repr` shows no value.
"""
