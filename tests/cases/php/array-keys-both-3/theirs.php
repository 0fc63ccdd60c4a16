<?php
return [
    'name' => 'app',
    'debug' => false,
    'zone' => 'UTC',
];
