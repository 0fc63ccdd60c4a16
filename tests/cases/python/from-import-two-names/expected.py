from typing import Any, List, Dict

x: Any = 1
