"""Refusals of the Merchant API: codes are Payme's, texts are shown to the payer."""

from collections.abc import Mapping
from typing import Any

from app.payments.providers.payme import ACCOUNT_FIELD

Texts = Mapping[str, str]


class Fault(Exception):
    """A refusal to answer with; `data` names the wrong part of the request."""

    def __init__(self, code: int, texts: Texts, data: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.texts = texts
        self.data = data

    def body(self) -> dict[str, Any]:
        return {"code": self.code, "message": dict(self.texts), "data": self.data}


def _texts(uz: str, ru: str, en: str) -> Texts:
    return {"ru": ru, "uz": uz, "en": en}


_REQUEST = _texts("Soʻrov notoʻgʻri.", "Неверный запрос.", "Bad request.")
_METHOD = _texts("Bunday metod yoʻq.", "Метод не найден.", "Unknown method.")
_ACCESS = _texts("Ruxsat yoʻq.", "Недостаточно прав.", "Not authorised.")
_DOWN = _texts(
    "Doʻkon hozir javob bera olmayapti. Birozdan soʻng urinib koʻring.",
    "Магазин сейчас не отвечает. Попробуйте немного позже.",
    "The shop cannot answer right now. Please try again a little later.",
)
_AMOUNT = _texts(
    "Summa buyurtma summasiga teng emas.",
    "Сумма не совпадает с суммой заказа.",
    "The amount differs from the order.",
)
_TRANSACTION = _texts("Tranzaksiya topilmadi.", "Транзакция не найдена.", "Transaction not found.")
_HANDED_OVER = _texts(
    "Buyurtma joʻnatilgan, toʻlovni bekor qilib boʻlmaydi.",
    "Заказ уже отправлен, отменить платёж нельзя.",
    "The order is on its way, the payment cannot be cancelled.",
)
_IMPOSSIBLE = _texts(
    "Bu amalni bajarib boʻlmaydi.",
    "Эту операцию выполнить нельзя.",
    "This operation is not possible.",
)
_UNKNOWN_ORDER = _texts("Buyurtma topilmadi.", "Заказ не найден.", "Order not found.")
_PAID = _texts(
    "Buyurtma uchun toʻlov qilingan.", "Заказ уже оплачен.", "The order is already paid."
)
_BUSY = _texts(
    "Buyurtma uchun toʻlov boshlangan. Birozdan soʻng urinib koʻring.",
    "Оплата этого заказа уже идёт. Попробуйте немного позже.",
    "This order is being paid already. Please try again a little later.",
)
_ENDED = _texts(
    "Buyurtma bekor qilingan yoki muddati oʻtgan.",
    "Заказ отменён или срок его оплаты истёк.",
    "The order was cancelled or its time to pay is over.",
)
_RECEIPT = _texts("Chek topilmadi.", "Чек не найден.", "Receipt not found.")


def not_post() -> Fault:
    return Fault(-32300, _REQUEST)


def not_json() -> Fault:
    return Fault(-32700, _REQUEST)


def bad_envelope(data: str | None = None) -> Fault:
    return Fault(-32600, _REQUEST, data)


def unknown_method(name: str) -> Fault:
    return Fault(-32601, _METHOD, name)


def bad_params(name: str) -> Fault:
    return Fault(-32602, _REQUEST, name)


def no_access() -> Fault:
    return Fault(-32504, _ACCESS)


def unavailable() -> Fault:
    """Payme asks again; never for bad input."""
    return Fault(-32400, _DOWN)


def wrong_amount() -> Fault:
    return Fault(-31001, _AMOUNT, "amount")


def no_transaction() -> Fault:
    return Fault(-31003, _TRANSACTION, "id")


def handed_over() -> Fault:
    return Fault(-31007, _HANDED_OVER)


def impossible(data: str | None = None) -> Fault:
    return Fault(-31008, _IMPOSSIBLE, data)


def unknown_order() -> Fault:
    return Fault(-31050, _UNKNOWN_ORDER, ACCOUNT_FIELD)


def already_paid() -> Fault:
    return Fault(-31051, _PAID, ACCOUNT_FIELD)


def being_paid() -> Fault:
    return Fault(-31052, _BUSY, ACCOUNT_FIELD)


def ended() -> Fault:
    return Fault(-31053, _ENDED, ACCOUNT_FIELD)


def no_receipt() -> Fault:
    return Fault(-32001, _RECEIPT)
