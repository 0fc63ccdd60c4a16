<?php

use A\B;

class C {}
