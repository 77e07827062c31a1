"""What audit contributes: no screens of its own yet, other slices write it and staff read it."""

from app.kernel.slice import Slice

SLICE = Slice(name="audit")
