from django.urls import include, path

urlpatterns = [path("", include("sceau.web.urls"))]

handler400 = "sceau.web.views.errors.bad_request"
handler403 = "sceau.web.views.errors.forbidden"
handler404 = "sceau.web.views.errors.not_found"
handler500 = "sceau.web.views.errors.crash"
