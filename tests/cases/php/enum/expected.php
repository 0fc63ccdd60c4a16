<?php
enum A {
    case X;
    case Y;
    case Z;
}
