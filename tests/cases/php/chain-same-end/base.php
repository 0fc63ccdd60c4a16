<?php
$x = a()->b();
