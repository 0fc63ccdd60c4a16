<?php
$x = g(a(1));
