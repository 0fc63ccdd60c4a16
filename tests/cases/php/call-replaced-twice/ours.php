<?php
$x = b();
