"""What the demo hotels' kitchens bring to the room."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from apps.bookings.models import Hotel
from apps.concierge.models import MenuItem

# Category, name, description, price in euro.
MENU: Final = (
    ("Breakfast", "Porridge", "With cream and heather honey.", "6.50"),
    ("Breakfast", "Full Irish breakfast", "Bacon, sausages, eggs, pudding, soda bread.", "14.00"),
    ("Kitchen", "Soup of the day", "With brown bread and butter.", "7.50"),
    ("Kitchen", "Seafood chowder", "From this morning's catch.", "11.50"),
    ("Kitchen", "Toasted sandwich", "Ham, cheddar, onion, tomato.", "8.00"),
    ("Drinks", "Pot of tea", "For one or two.", "3.50"),
    ("Drinks", "Sparkling water", "Half a litre.", "2.80"),
)


def ensure_menu(hotel: Hotel) -> None:
    """Put what is missing on the hotel's menu; what somebody changed stays as it is."""
    there = set(hotel.menu_items.values_list("name", flat=True))
    MenuItem.objects.bulk_create(
        MenuItem(
            hotel=hotel,
            category=category,
            name=name,
            description=description,
            price=Decimal(price),
            currency="EUR",
        )
        for category, name, description, price in MENU
        if name not in there
    )
