"""Wix's answers, as far as we need them: what is not declared here is never built.

    answers       what many answers are made of: times, money, pages
    store         the instance, the site's properties, locations, the catalog's version
    products_v1   products and inventory of Catalog V1
    products_v3   products, variants and inventory of Catalog V3
    sales         orders: the one answer that cannot be asked for in part, and always holds a buyer
    offers        discount rules
    events        what a delivery holds

Every field is optional, for so Wix declares them ("fields may be missing"); what a record cannot be without
is missed in `mapping`. Lists keep their items raw: one that cannot be read must not take the others with it.
Enumerations stay open. Numbers that come as text are read as numbers. `repr` shows no value.
"""
