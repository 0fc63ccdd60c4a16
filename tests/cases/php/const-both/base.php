<?php
class A
{
    const X = 1;
}
