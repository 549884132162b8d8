"""What tests of the pages of notices and receipts share."""

from django.urls import reverse


def text(response):
    return " ".join(response.content.decode().split())


def url(name, row):
    return reverse(name, args=[row if isinstance(row, str) else row.number])
