<?php
class A {
    private $a;
    private $b;
}
