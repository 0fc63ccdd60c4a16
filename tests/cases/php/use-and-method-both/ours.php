<?php
use A;
use B;

class C
{
    public function a()
    {
    }

    public function b()
    {
        x();
    }
}
