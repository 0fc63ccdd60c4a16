<?php
class A {
    function f(int $x): int {
        return $x;
    }
}
