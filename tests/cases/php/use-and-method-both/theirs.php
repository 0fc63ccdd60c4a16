<?php
use A;
use D;

class C
{
    public function a()
    {
    }

    public function d()
    {
        y();
    }
}
