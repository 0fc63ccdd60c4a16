import a
from b import d

x = 1
