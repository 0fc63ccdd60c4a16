<?php

use A\B;
use A\D;
use A\E;

class C {}
