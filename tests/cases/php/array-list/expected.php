<?php
return [
    1,
<<<<<<< ours
    2,
||||||| base
=======
    3,
>>>>>>> theirs
];
