module M where

import Data.List (nub, sort, sortOn)

f = sort
