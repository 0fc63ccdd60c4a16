<?php
class A {
    var $x;
    public function f(int $a) { return $a; }
}
