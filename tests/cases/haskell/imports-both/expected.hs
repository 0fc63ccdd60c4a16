module A where

import B
import C
import D

f = 1
