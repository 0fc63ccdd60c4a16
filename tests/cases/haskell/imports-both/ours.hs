module A where

import B
import C

f = 1
