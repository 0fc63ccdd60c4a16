<?php
$a = array('x' => 1, 'y' => 2);
