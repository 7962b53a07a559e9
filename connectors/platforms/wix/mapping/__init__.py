"""Wix's words to ours: wire types in, records out.

    values        times, money, texts
    countries     what a country's code is called
    store         StoreInfo
    products_v1   Product with Variant and Picture, of Catalog V1
    products_v3   the same of Catalog V3, with Stock
    sales         Sale with SaleLine
    offers        Offer

Wix's enumerations become lower case; currencies and countries stay as their codes are written. What cannot
be mapped raises BadAnswer with the field's name and no value.
"""
