module M where

import A
import B
