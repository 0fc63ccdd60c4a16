<?php
class A
{
    public static function a($x)
    {
        return $x;
    }
}
