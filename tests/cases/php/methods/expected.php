<?php
class A
{
    public function f() {}

    public function g() {}

    public function h() {}
}
