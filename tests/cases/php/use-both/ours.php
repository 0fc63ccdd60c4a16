<?php

use A\B;
use A\D;

class C {}
