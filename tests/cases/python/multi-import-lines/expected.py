import a
from b import d
import c

x = 1
