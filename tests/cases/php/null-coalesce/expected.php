<?php
<<<<<<< ours
$a = $b['x'] ?? 1;
||||||| base
$a = isset($b['x']) ? $b['x'] : 1;
=======
$a = isset($b['x']) ? $b['x'] : 2;
>>>>>>> theirs
