<?php
namespace App;

use App\A;
use App\C;

class X
{
    function f() { return 2; }
}
