<?php
class A
{
    public function a()
    {
    }

    private function c()
    {
    }
}
