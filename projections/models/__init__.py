"""The pure part of the projections: events to changes of rows."""
