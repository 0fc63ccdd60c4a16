<?php
$x = a(1);
