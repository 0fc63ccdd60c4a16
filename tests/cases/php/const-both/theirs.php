<?php
class A
{
    const X = 1;
    const Y = 3;
}
