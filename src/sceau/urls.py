from django.urls import include, path

urlpatterns = [path("", include("sceau.web.urls"))]

handler404 = "sceau.web.views.errors.not_found"
handler500 = "sceau.web.views.errors.crash"
