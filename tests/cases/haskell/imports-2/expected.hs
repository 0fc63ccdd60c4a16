module A where

import Data.List
import Data.Map
import Data.Set

x = 1
