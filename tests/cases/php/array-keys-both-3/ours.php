<?php
return [
    'name' => 'app',
    'debug' => false,
    'url' => 'http://x',
];
