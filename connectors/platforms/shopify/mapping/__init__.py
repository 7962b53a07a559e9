"""Shopify's words to ours: wire types in, records out.

    values     times, money, words, texts
    store      StoreInfo
    products   Product with Variant, Stock and Picture
    sales      Sale with SaleLine
    offers     Offer

Ids are as `ids` says. Shopify's enumerations become lower case (`ACTIVE` is `active`, `SHOPIFY_PAY` is
`shopify_pay`), currencies and countries stay as their codes are written. What cannot be mapped raises
BadAnswer or Malformed, with the field's name and no value.
"""
