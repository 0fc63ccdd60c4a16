module A where

import Data.List

x = 1
