<?php
class A
{
    use B;
    use D;
}
