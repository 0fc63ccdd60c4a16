<?php
return [
    'a' => 1,
    'c' => 3,
];
