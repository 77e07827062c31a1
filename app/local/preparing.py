"""Brings a database up to date: `python -m app.local.preparing [--seed KIND] [--products N]`."""

import argparse
import asyncio
import sys

from alembic import command
from alembic.config import Config

from app.local.folder import ROOT
from app.local.trouble import Trouble


def migrate() -> None:
    """Run every migration that the database of DATABASE_URL does not have yet."""
    command.upgrade(Config(toml_file=ROOT / "pyproject.toml", stdout=sys.stderr), "head")


def seed(kind: str, products: int | None) -> None:
    """Fill an empty database with the demo shop or a large synthetic catalogue."""
    from app.local.seed import run  # noqa: PLC0415  loads the whole product

    asyncio.run(run(kind=kind, products=products))


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--seed", default="none")
    options.add_argument("--products", type=int)
    chosen = options.parse_args()
    try:
        migrate()
        if chosen.seed != "none":
            seed(chosen.seed, chosen.products)
    except Trouble as trouble:
        sys.exit(f"bozorcha: {trouble}")


if __name__ == "__main__":
    main()
