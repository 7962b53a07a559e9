"""The addresses below /feed/v1/."""

from django.urls import path, re_path

from connectors.api import views

urlpatterns = [
    path("stores", views.Stores.as_view()),
    path("stores/<str:ref>", views.Store.as_view()),
    path("stores/<str:ref>/products", views.Products.as_view()),
    path("stores/<str:ref>/brief", views.Brief.as_view()),
    path("changes", views.Changes.as_view()),
    re_path(r"(?s)^(?P<rest>.*)\Z", views.Nowhere.as_view()),
]
