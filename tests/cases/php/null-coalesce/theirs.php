<?php
$a = isset($b['x']) ? $b['x'] : 2;
