<?php
class A
{
    public function a()
    {
    }

    public function b()
    {
    }

    private function c()
    {
    }
}
