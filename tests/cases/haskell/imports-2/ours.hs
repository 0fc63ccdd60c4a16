module A where

import Data.List
import Data.Map

x = 1
