import os
from m import a

x = 1
