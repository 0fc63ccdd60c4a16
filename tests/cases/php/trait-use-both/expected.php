<?php
class A
{
    use B;
    use C;
    use D;
}
