module A where

import Data.List
import Data.Set

x = 1
