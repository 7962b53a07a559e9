"""What Wix answers, field by field.

business.py   the app's instance, the site's properties, its locations
v1.py         products, inventory and collections of catalog V1: prices are numbers
v3.py         products, variants, inventory and locations of catalog V3: prices are decimal strings
orders.py     orders and their transactions, buyers included
offers.py     discount rules and coupons
"""
