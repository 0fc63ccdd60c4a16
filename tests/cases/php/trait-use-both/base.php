<?php
class A
{
    use B;
}
