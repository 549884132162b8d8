from django.urls import path

from .views.cards import card, card_find, card_hand_out, card_loss, card_replace, card_take_in, card_undo, certificate
from .views.lists import cards, cards_hand_out, cards_hand_over, cards_send_on, cards_sheet
from .views.making import card_make, cards_due, cards_make

urlpatterns = [
    path("cards/", cards, name="cards"),
    path("cards/due/", cards_due, name="cards-due"),
    path("cards/due/make/", cards_make, name="cards-make"),
    path("cards/hand-over/", cards_hand_over, name="cards-hand-over"),
    path("cards/send-on/", cards_send_on, name="cards-send-on"),
    path("cards/hand-out/", cards_hand_out, name="cards-hand-out"),
    path("cards/sheet/", cards_sheet, name="cards-sheet"),
    path("card/<slug:number>/", card, name="card"),
    path("card/<slug:number>/certificate/", certificate, name="certificate-print"),
    path("card/<slug:number>/hand-out/", card_hand_out, name="card-hand-out"),
    path("card/<slug:number>/undo/", card_undo, name="card-undo"),
    path("card/<slug:number>/loss/", card_loss, name="card-loss"),
    path("card/<slug:number>/found/", card_find, name="card-find"),
    path("card/<slug:number>/replace/", card_replace, name="card-replace"),
    path("card/<slug:number>/take-in/", card_take_in, name="card-take-in"),
    path("residents/<slug:number>/card/", card_make, name="card-make"),
]
