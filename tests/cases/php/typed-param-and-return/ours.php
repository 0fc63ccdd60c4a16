<?php
function f(int $a) {
    return $a;
}
