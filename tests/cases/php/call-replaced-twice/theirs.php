<?php
$x = c();
