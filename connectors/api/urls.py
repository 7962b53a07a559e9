"""The addresses below /feed/v1/."""

from django.urls import path, re_path

from connectors.api import base, briefs, document, erasures, pictures, reads, videos

urlpatterns = [
    path("stores", reads.Stores.as_view()),
    path("stores/<str:store>", reads.Store.as_view()),
    path("stores/<str:store>/products", reads.Products.as_view()),
    path("stores/<str:store>/brief", briefs.Brief.as_view()),
    path("pictures", pictures.Picture.as_view()),
    path("changes", reads.Changes.as_view()),
    path("erasures", erasures.Erasures.as_view()),
    path("erasures/<str:erasure>/confirm", erasures.Confirmation.as_view()),
    path("videos", videos.Videos.as_view()),
    path("videos/<str:video>", videos.Video.as_view()),
    path("videos/<str:video>/progress", videos.VideoProgress.as_view()),
    path("videos/<str:video>/files/<str:format>", videos.Film.as_view()),
    path("videos/<str:video>/posters/<str:format>", videos.Poster.as_view()),
    path("schema", document.Document.as_view()),
    re_path(r"(?s)^(?P<rest>.*)\Z", base.Nowhere.as_view()),
]
