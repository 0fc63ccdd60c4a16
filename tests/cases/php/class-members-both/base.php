<?php
class A {
    private $a;
}
