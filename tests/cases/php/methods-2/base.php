<?php
class A
{
    public function a()
    {
    }
}
