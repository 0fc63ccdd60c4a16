module M where

import A
import B
import C
