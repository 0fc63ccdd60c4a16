module M where

import Data.List (sort)

f = sort
