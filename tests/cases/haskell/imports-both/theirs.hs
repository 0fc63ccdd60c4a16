module A where

import B
import D

f = 1
