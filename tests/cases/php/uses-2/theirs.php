<?php

namespace A;

use B\C;
use B\F;

class D
{
}
