"""Orders: checkout, following, the seller's desk, and what money does to them."""

from app.kernel.slice import Slice
from app.kernel.viewer import Role
from app.orders import personal, subscribers, tasks
from app.orders.events import (
    OrderCancelled,
    OrderExpired,
    OrderPaid,
    OrderRefunded,
    SellerOrderMoved,
)
from app.orders.routes import buyer, checkout, seller
from app.payments.events import PaymentCaptured, PaymentReversed

SLICE = Slice(
    name="orders",
    routes=[
        checkout.show,
        checkout.submit,
        buyer.history,
        buyer.show,
        buyer.stream,
        buyer.cancel,
        seller.home,
        seller.queue,
        seller.show,
        seller.accept,
        seller.pack,
        seller.hand_over,
        seller.deliver,
    ],
    grants={"order.fulfil": frozenset({Role.SELLER, Role.CLERK})},
    tasks=[tasks.expire_orders, tasks.expire_order],
    subscribers={
        PaymentCaptured: [subscribers.on_captured],
        PaymentReversed: [subscribers.on_reversed],
        OrderPaid: [subscribers.show_paid],
        OrderCancelled: [subscribers.show_cancelled],
        OrderExpired: [subscribers.show_expired],
        OrderRefunded: [subscribers.show_refunded],
        SellerOrderMoved: [subscribers.show_moved],
    },
    personal=personal.PERSONAL,
    keeps=personal.KEEPS,
)
