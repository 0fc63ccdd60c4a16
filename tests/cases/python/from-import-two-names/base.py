from typing import Any

x: Any = 1
