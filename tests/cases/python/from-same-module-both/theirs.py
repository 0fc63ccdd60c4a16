import os
from m import b

x = 1
