from django.urls import include, path

from sceau.demo import views

urlpatterns = [
    path("", views.mails, name="demo-mails"),
    path("", include("sceau.urls")),  # so that links to the product's pages can be written
]
