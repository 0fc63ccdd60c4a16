from typing import Any, Dict

x: Any = 1
