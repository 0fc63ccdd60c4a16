module A where

import B

f = 1
