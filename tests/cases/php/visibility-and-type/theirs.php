<?php
class A {
    var $x;
    function f(int $a) { return $a; }
}
