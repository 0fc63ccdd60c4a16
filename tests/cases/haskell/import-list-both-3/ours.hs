module M where

import Data.List (nub, sort)

f = sort
