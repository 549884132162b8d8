from django.urls import path

from .views import files

urlpatterns = [
    path("bank-files/", files.bank_files, name="bank-files"),
    path("bank-files/new/", files.bank_file_new, name="bank-file-new"),
    path("bank-files/<slug:number>/", files.bank_file, name="bank-file"),
    path("bank-files/<slug:number>/check/", files.bank_file_check, name="bank-file-check"),
    path("bank-files/<slug:number>/import/", files.bank_file_import, name="bank-file-import"),
    path("bank-files/<slug:number>/steer/", files.bank_file_steer, name="bank-file-steer"),
    path("bank-files/<slug:number>/discard/", files.bank_file_discard, name="bank-file-discard"),
    path("bank-files/<slug:number>/lines/", files.bank_file_lines, name="bank-file-lines"),
    path("bank-files/<slug:number>/original/", files.bank_file_original, name="bank-file-original"),
    path("bank-files/<slug:number>/returns/<int:place>/", files.bank_file_return, name="bank-file-return"),
]
