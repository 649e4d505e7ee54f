"""Toy views of the API."""

from __future__ import annotations

from django.urls import include, path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from integrator.api.paging import answer_page
from integrator.people.models import Person
from integrator.urls import *  # noqa: F403
from integrator.urls import urlpatterns as product_urls

RAISED: list[Exception] = []


class Amount(serializers.Serializer):
    amount = serializers.IntegerField()


class Line(serializers.Serializer):
    lines = Amount(many=True)
    name = serializers.CharField()


class EchoView(APIView):
    def get(self, request: Request) -> Response:
        return Response({"person": request.user.username})

    def post(self, request: Request) -> Response:
        return Response({"given": request.data})


class RaiseView(APIView):
    def get(self, request: Request) -> Response:
        raise RAISED[-1]


class ValidateView(APIView):
    def post(self, request: Request) -> Response:
        serializer = Line(data=request.data)
        serializer.is_valid(raise_exception=True)
        return Response({})


class PeopleView(APIView):
    def get(self, request: Request) -> Response:
        rows = Person.objects.filter(username__startswith="row-")
        order = request.query_params.get("order", "username").split(",")
        return answer_page(request, rows, order=order, serialize=lambda person: person.username)


urlpatterns = [
    path("api/toy/echo", EchoView.as_view()),
    path("api/toy/raise", RaiseView.as_view()),
    path("api/toy/validate", ValidateView.as_view()),
    path("api/toy/people", PeopleView.as_view()),
    path("", include(product_urls)),
]
