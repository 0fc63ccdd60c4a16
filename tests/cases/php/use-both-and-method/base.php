<?php
namespace App;

use App\A;

class X
{
    function f() { return 1; }
}
