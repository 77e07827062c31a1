"""What audit contributes: the trail that other slices write, and its seals."""

from app.audit import personal, tasks
from app.kernel.slice import Slice

SLICE = Slice(name="audit", tasks=[tasks.seal], personal=personal.PERSONAL)
