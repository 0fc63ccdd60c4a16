<?php
class A
{
    const X = 1;
<<<<<<< ours
    const Y = 2;
||||||| base
=======
    const Y = 3;
>>>>>>> theirs
}
