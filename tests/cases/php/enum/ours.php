<?php
enum A {
    case X;
    case Y;
}
