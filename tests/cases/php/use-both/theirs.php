<?php

use A\B;
use A\E;

class C {}
