<?php
$x = a()->b()->d();
