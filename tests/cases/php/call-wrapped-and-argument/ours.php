<?php
$x = g(a());
