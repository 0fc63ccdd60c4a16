<?php
class A
{
    public function a()
    {
    }

    public function b()
    {
    }
}
