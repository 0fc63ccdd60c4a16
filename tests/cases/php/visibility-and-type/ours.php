<?php
class A {
    var $x;
    public function f($a) { return $a; }
}
