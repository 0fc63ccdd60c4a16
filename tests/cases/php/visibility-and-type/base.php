<?php
class A {
    var $x;
    function f($a) { return $a; }
}
