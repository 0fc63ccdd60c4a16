from a import (
    b,
)
