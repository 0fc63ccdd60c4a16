<?php
function f(int $a) {
    return $a + 1;
}
