<?php
class A {
    private $a;
    private $c;
}
