<?php
$x = array(1, 2);
