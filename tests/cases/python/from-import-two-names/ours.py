from typing import Any, List

x: Any = 1
