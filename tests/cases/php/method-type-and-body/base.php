<?php
class A {
    function f($x) {
        return $x;
    }
}
