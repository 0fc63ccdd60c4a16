<?php
$x = a();
