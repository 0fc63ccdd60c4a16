<?php
use A;
use B;
use D;

class C
{
    public function a()
    {
    }

    public function b()
    {
        x();
    }

    public function d()
    {
        y();
    }
}
