"""Inventory: stock that moves, a floor, a low-stock notice, the value of the stock."""

from __future__ import annotations

from schemas.specification import Adjustment, Notice, Report, Search, Specification
from tests.specifications.writing import choice, computed, entity, field, finished, needed, refers, when


def inventory() -> Specification:
    """Products and their deliveries and withdrawals."""
    product = entity(
        "Product",
        "products",
        "Product",
        needed("sku", unique=True, max_length=40),
        needed("name"),
        needed("unit_price", "money", minimum="0"),
        field("quantity_in_stock", "integer", minimum="0", default="0"),
        field("reorder_level", "integer", minimum="0", default="5"),
        computed("moves", "integer", default="0"),
    )
    movement = entity(
        "Movement",
        "movements",
        "Movement",
        refers("product_id", "Product"),
        choice("kind", "delivery", "withdrawal", required=True),
        needed("quantity", "integer", minimum="1"),
        field("note", "long_text"),
    )
    return finished(
        Specification(
            name="Warehouse inventory",
            package="warehouse_inventory",
            summary="Products and their stock.",
            entities=(product, movement),
            adjustments=(
                Adjustment(
                    id="delivery-adds",
                    entity="Movement",
                    via="product_id",
                    target="quantity_in_stock",
                    amount="quantity",
                    sign=1,
                    when=(when("kind", "eq", "=delivery"),),
                ),
                Adjustment(
                    id="withdrawal-takes",
                    entity="Movement",
                    via="product_id",
                    target="quantity_in_stock",
                    amount="quantity",
                    sign=-1,
                    when=(when("kind", "eq", "=withdrawal"),),
                    floor="0",
                    message="The stock may not fall below zero",
                ),
                Adjustment(
                    id="moves-counted",
                    entity="Movement",
                    via="product_id",
                    target="moves",
                    amount="=1",
                    sign=1,
                ),
            ),
            notices=(
                Notice(
                    id="low-stock",
                    entity="Product",
                    condition=when("quantity_in_stock", "lt", "reorder_level"),
                    message="Stock is low",
                ),
            ),
            reports=(
                Report(
                    id="stock-value",
                    name="stock-value",
                    label="Stock value",
                    entity="Product",
                    measure=("quantity_in_stock", "unit_price"),
                ),
                Report(
                    id="moved",
                    name="moved",
                    label="Quantities moved",
                    entity="Movement",
                    measure=("quantity",),
                    group_by=("product_id.sku", "kind"),
                    within="product_id",
                ),
            ),
            searches=(Search(id="product-search", entity="Product", fields=("sku", "name")),),
        )
    )
