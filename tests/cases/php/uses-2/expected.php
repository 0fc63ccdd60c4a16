<?php

namespace A;

use B\C;
use B\E;
use B\F;

class D
{
}
