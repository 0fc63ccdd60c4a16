<?php

namespace A;

use B\C;
use B\E;

class D
{
}
