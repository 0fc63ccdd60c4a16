<?php
namespace App;

use App\A;
use App\B;

class X
{
    function f() { return 1; }
}
