<?php
class A
{
    function a(int $x): int
    {
        return $x;
    }
}
