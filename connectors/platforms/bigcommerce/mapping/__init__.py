"""BigCommerce's words to ours: wire types in, records out.

    values     times, money, texts
    store      StoreInfo
    products   Product with Variant, Stock and Picture
    sales      Sale with SaleLine
    offers     Offer

Ids are BigCommerce's numbers as text; offers keep their type before it (`promotion/12`, `coupon/3`), because
the two share one number space. What cannot be mapped raises BadAnswer, with the field's name and no value.
"""
