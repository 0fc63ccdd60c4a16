<?php
class A
{
    public static function a(int $x): int
    {
        return $x;
    }
}
