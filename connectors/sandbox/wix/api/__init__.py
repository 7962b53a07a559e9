"""What an app can ask Wix.

door.py      who may come in: token, quota, permission, catalog
paging.py    how far an answer goes and where the next begins
oauth.py     access tokens and what they are
business.py  the app's instance, site properties, locations, the catalog's version
v1.py        catalog V1
v3.py        catalog V3
sales.py     orders, transactions, discount rules, coupons
"""
