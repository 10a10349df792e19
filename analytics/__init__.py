"""From the store to a picture: views (SQL), measures (Polars), charts (Altair)."""
