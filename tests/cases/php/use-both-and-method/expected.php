<?php
namespace App;

use App\A;
use App\B;
use App\C;

class X
{
    function f() { return 2; }
}
