<?php
class A
{
    function a($x)
    {
        return $x;
    }
}
