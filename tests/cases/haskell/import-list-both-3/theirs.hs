module M where

import Data.List (sort, sortOn)

f = sort
