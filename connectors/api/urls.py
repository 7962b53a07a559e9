"""The addresses below /feed/v1/."""

from django.urls import path, re_path

from connectors.api import base, briefs, reads

urlpatterns = [
    path("stores", reads.Stores.as_view()),
    path("stores/<str:store>", reads.Store.as_view()),
    path("stores/<str:store>/products", reads.Products.as_view()),
    path("stores/<str:store>/brief", briefs.Brief.as_view()),
    path("changes", reads.Changes.as_view()),
    re_path(r"(?s)^(?P<rest>.*)\Z", base.Nowhere.as_view()),
]
