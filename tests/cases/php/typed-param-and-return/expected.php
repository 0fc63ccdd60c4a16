<?php
function f(int $a): int {
    return $a;
}
