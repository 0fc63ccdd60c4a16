<?php
use A;

class C
{
    public function a()
    {
    }
}
